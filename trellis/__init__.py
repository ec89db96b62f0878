"""The command `trellis`; an installed wheel has all of Trellis below this name, such as `trellis.recommender`."""
