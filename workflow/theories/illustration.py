"""Theory of the illustration: the order parameters of its one training problem."""

from theories.order_parameters import theory as theory
