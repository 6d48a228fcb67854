-- A book keeps the unit it was made with. Empty in books of an older version, until a writer of this one opens them.
-- Beside a running older version: it neither reads nor writes the column.

ALTER TABLE book_head ADD COLUMN unit text CHECK (unit <> '');

CREATE FUNCTION refuse_other_unit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the unit of % is %: amounts in another can''t be mixed in', OLD.book, OLD.unit
        USING ERRCODE = 'restrict_violation';
END $$;
-- Fires for statements that name the column alone: what moves the head pays nothing for it.
CREATE TRIGGER unit_never_changes BEFORE UPDATE OF unit ON book_head FOR EACH ROW
    WHEN (OLD.unit IS NOT NULL AND NEW.unit IS DISTINCT FROM OLD.unit) EXECUTE FUNCTION refuse_other_unit();
