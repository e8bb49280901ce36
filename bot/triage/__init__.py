"""Pure reading of messages: what one says, how sure, and why. No await, no SQL, no clock, no chance."""
