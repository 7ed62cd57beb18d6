"""Networks that say what is on a picture, in the words of Danbooru."""
