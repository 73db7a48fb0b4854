-- The visits of the protocol's own reader: the ones endpoints are made of. Where the protocol
-- names no reader, the first in alphabetical order (there usually is one).
WITH chosen AS (
  SELECT coalesce(nullif(max(protocol.primary_reader), ''), min(assessed.reader)) AS reader
  FROM protocol LEFT JOIN assessed ON TRUE
)
SELECT visit_all.* FROM visit_all JOIN chosen USING (reader)
