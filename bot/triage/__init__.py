"""What one message says of itself. Pure: no await, no SQL, no clock."""
