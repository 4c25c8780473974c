"""`make bench`: how long the pages take, how many queries and bytes they need, at a given number of tickets."""
