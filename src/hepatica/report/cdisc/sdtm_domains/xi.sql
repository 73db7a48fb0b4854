-- XI (custom): quantities measured on images, as measured and in the standard unit. A quantity that
-- could not be measured has no result and says why.
SELECT subject, series AS XIREFID, test AS XITESTCD, coalesce(c.name, test) AS XITEST,
  figure(value) AS XIORRES, unit AS XIORRESU, figure(standard_value) AS XISTRESC,
  standard_value AS XISTRESN, standard_unit AS XISTRESU,
  CASE WHEN value IS NULL THEN 'NOT DONE' END AS XISTAT, reason AS XIREASND, region AS XILOC,
  modality AS XIMETHOD, evaluator(reader) AS XIEVAL, evaluator_id(reader) AS XIEVALID,
  iso(date, date_flag) AS XIDTC, figure(lower) AS SUPP_LOWER, figure(upper) AS SUPP_UPPER,
  phase AS SUPP_PHASE, scanner AS SUPP_SCANNER, kernel AS SUPP_KERNEL,
  figure(slice_mm) AS SUPP_SLICE, figure(delay_s) AS SUPP_DELAY, figure(bolus_hu) AS SUPP_BOLUS,
  slice AS SUPP_SLICENO, endpoints AS SUPP_ENDPTS, method AS SUPP_METHOD, flags AS SUPP_FLAGS
FROM image_quantities LEFT JOIN image_test AS c ON c.code = test
ORDER BY subject, date, seq
