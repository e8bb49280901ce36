"""Pure rules of the house: what a number means, who may do what, what counts as late. No await, no SQL, no clock."""
