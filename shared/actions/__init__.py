"""The write side: one function, one transaction; what must happen outside is noted in the same one."""
