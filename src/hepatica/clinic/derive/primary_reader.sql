-- The protocol's own reader; where it names none, the first in alphabetical order (there usually
-- is one), a named reader before readings without a name.
SELECT coalesce(nullif(max(protocol.primary_reader), ''), min(nullif(assessed.reader, '')),
  min(assessed.reader)) AS reader
FROM protocol LEFT JOIN assessed ON TRUE
