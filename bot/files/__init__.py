"""Files that citizens sent: what they really are, copies that may be shown, and the shelf they lie on. Knows no platform and no table."""
