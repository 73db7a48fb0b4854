-- Items of the Screening sheet whose value is neither Y nor N, or no number where one is asked for.
SELECT subject, item, value, src_file, src_sheet, src_row FROM screening
WHERE CASE WHEN item = 'life_expectancy' THEN NOT coalesce(isfinite(TRY_CAST(value AS DOUBLE)), FALSE)
  ELSE upper(trim(value)) NOT IN ('Y', 'YES', 'N', 'NO') END
ORDER BY subject, src_row
