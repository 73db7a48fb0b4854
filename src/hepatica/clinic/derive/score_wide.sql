-- The inputs of every score in columns, one row a score, subject and day: the tables that the rules
-- read. With them the text of the inputs used, of what is missing, and the newest record behind.
SELECT score, subject, date,
  max(value) FILTER ("column" = 'bilirubin_mg_dl') AS bilirubin_mg_dl,
  max(value) FILTER ("column" = 'bilirubin_umol_l') AS bilirubin_umol_l,
  max(value) FILTER ("column" = 'albumin_g_dl') AS albumin_g_dl,
  max(value) FILTER ("column" = 'albumin_g_l') AS albumin_g_l,
  max(value) FILTER ("column" = 'inr') AS inr,
  max(value) FILTER ("column" = 'creatinine_mg_dl') AS creatinine_mg_dl,
  max(value) FILTER ("column" = 'sodium_mmol_l') AS sodium_mmol_l,
  max(value) FILTER ("column" = 'ast_u_l') AS ast_u_l,
  max(value) FILTER ("column" = 'alt_u_l') AS alt_u_l,
  max(value) FILTER ("column" = 'ast_uln_u_l') AS ast_uln_u_l,
  max(value) FILTER ("column" = 'platelets_giga_l') AS platelets_giga_l,
  max(value) FILTER ("column" = 'afp_ng_ml') AS afp_ng_ml,
  max(value) FILTER ("column" = 'age_years') AS age_years,
  max(value) FILTER ("column" = 'largest_cm') AS largest_cm,
  CAST(max(value) FILTER ("column" = 'lesion_number') AS BIGINT) AS lesion_number,
  CAST(max(value) FILTER ("column" = 'ecog') AS BIGINT) AS ecog,
  CAST(max(value) FILTER ("column" = 'encephalopathy') AS BIGINT) AS encephalopathy,
  CAST(max(value) FILTER ("column" = 'child_pugh_points') AS BIGINT) AS child_pugh_points_reported,
  max(word) FILTER ("column" = 'child_pugh_class') AS child_pugh_class_reported,
  max(word) FILTER ("column" = 'sex') AS sex,
  max(word) FILTER ("column" = 'ascites') AS ascites,
  max(word) FILTER ("column" = 'vascular_invasion') = 'Y' AS vascular_invasion,
  max(word) FILTER ("column" = 'extrahepatic_spread') = 'Y' AS extrahepatic_spread,
  max(word) FILTER ("column" = 'nodal_metastasis') = 'Y' AS nodal_metastasis,
  max(word) FILTER ("column" = 'distant_metastasis') = 'Y' AS distant_metastasis,
  string_agg(label || ' ' || shown || ' (' || record || ')', '; ' ORDER BY position)
    FILTER (direct AND state = 'ok') AS inputs,
  string_agg(label || CASE state
      WHEN 'absent' THEN ' is not on record'
      WHEN 'old' THEN ' was last recorded on ' || recorded || ', more than ' || carry_days
        || ' days before'
      WHEN 'limit' THEN ' is a limit (' || shown || ') that does not settle the score'
      ELSE ' ' || shown || ' is refused as implausible' END, '; ' ORDER BY position)
    FILTER (required AND state <> 'ok') AS lacking,
  arg_max(src_file, (recorded, -position)) FILTER (state = 'ok') AS src_file,
  arg_max(src_sheet, (recorded, -position)) FILTER (state = 'ok') AS src_sheet,
  arg_max(src_row, (recorded, -position)) FILTER (state = 'ok') AS src_row
FROM score_cell
GROUP BY score, subject, date
ORDER BY score, subject, date
