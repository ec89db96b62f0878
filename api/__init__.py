"""How people and programs reach Trellis: command line and HTTP. Thin edges around `recommender`."""
