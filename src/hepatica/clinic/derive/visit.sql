-- The visits of the primary reader: the ones endpoints are made of.
SELECT visit_all.* FROM visit_all JOIN primary_reader USING (reader)
