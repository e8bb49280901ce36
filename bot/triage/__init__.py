"""What one message says: pure readers, no await, no SQL, no clock."""
