-- What a product is, for people, and its roles in STAC (words with blanks between); NULL of what is older than this version.
ALTER TABLE output ADD COLUMN title VARCHAR(255);
ALTER TABLE output ADD COLUMN roles VARCHAR(255);
