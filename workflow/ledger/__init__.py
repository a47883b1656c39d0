"""The claims of the paper: what each says, and the statistic that decides it."""
