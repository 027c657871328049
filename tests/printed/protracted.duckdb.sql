-- International cooperation to protect refugees (OAS course, 31 January 2013): oas-2013 1.0.0 over whole
-- tables
-- Reading: some-or-all. As of the date in the column as_of.
-- TRUE is met, FALSE is not met, NULL is unknown. What is missing is NULL: never false, and never 0.
--
-- Reads
--   situations, one row a situation: id; DATE as_of
--   populations, one row a row of the table: id; BIGINT refugees; DATE since; TEXT profile
--
-- Stages
--   facts                      what is read of each situation
--   populations_rows           populations: its rows, each with what is needed of its situation
--   populations_figures        populations: figures
--   populations_of_situations  populations: sums of each situation
--   populations_by_profile     populations: sums by profile
--   populations_largest        populations: the largest profile of each situation
--   contexts                   contexts of each situation
WITH facts AS (
  SELECT id, as_of
  FROM situations
),
populations_rows AS (
  SELECT r.id, r.refugees, r.since, r.profile, s.as_of AS situation_as_of
  FROM populations AS r
  LEFT JOIN facts AS s USING (id)
),
populations_figures AS (
  SELECT *,
    CASE
      WHEN since IS NOT NULL
      THEN CASE
        WHEN since > situation_as_of OR situation_as_of - INTERVAL '5' YEAR < since THEN 0
        ELSE COALESCE(refugees, 0)
      END
      ELSE 0
    END AS lowest_refugees_low,
    CASE
      WHEN since IS NOT NULL
      THEN CASE
        WHEN since > situation_as_of OR situation_as_of - INTERVAL '5' YEAR < since THEN 0
        ELSE refugees
      END
      ELSE refugees
    END AS lowest_refugees_high
  FROM populations_rows
),
populations_of_situations AS (
  SELECT id,
    COUNT(*) AS populations_rows
  FROM populations_figures
  GROUP BY id
),
populations_by_profile AS (
  SELECT id, profile,
    CAST(SUM(COALESCE(lowest_refugees_low, 0)) AS BIGINT) AS settled_low,
    MAX(COALESCE(lowest_refugees_low, 0)) AS settled_single,
    CAST(SUM(COALESCE(lowest_refugees_high, 0)) AS BIGINT) AS settled_high,
    COUNT(CASE WHEN lowest_refugees_high IS NULL THEN 1 END) AS settled_open,
    MAX(CASE WHEN profile IS NULL THEN 1 ELSE 0 END) AS populations_adrift
  FROM populations_figures
  GROUP BY id, profile
),
populations_largest AS (
  SELECT id,
    MAX(CASE WHEN populations_adrift = 1 THEN settled_single ELSE settled_low END) AS populations_settled_low,
    MAX(CASE WHEN populations_adrift = 1 THEN 0 ELSE settled_high END) AS settled_known,
    CAST(SUM(CASE WHEN populations_adrift = 1 THEN settled_high ELSE 0 END) AS BIGINT) AS settled_loose,
    CAST(SUM(settled_open) AS BIGINT) AS populations_settled_open
  FROM populations_by_profile
  GROUP BY id
),
contexts AS (
  SELECT *,
    CASE
      WHEN populations_rows IS NOT NULL AND populations_settled_low >= 25000 THEN TRUE
      WHEN populations_rows IS NOT NULL AND COALESCE(populations_settled_open, 0) = 0
        AND COALESCE(settled_known, 0) + COALESCE(settled_loose, 0) < 25000
      THEN FALSE
    END AS protracted
  FROM facts
  LEFT JOIN populations_of_situations USING (id)
  LEFT JOIN populations_largest USING (id)
)
SELECT id, protracted
FROM contexts
