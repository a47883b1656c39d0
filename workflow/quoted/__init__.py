"""The numbers that the text quotes: each is formatted where it is declared."""
