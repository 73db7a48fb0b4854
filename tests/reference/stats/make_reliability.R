# Draws ratings and measurements and freezes R's answers in reliability.json.
# Run in this folder: Rscript make_reliability.R   (R with psych, vcd and jsonlite)

suppressMessages({library(psych); library(vcd); library(jsonlite)})
RNGkind("Mersenne-Twister", "Inversion", "Rejection")
set.seed(20163)
options(warn = -1)

kappas <- lapply(1:40, function(i) {
  n <- sample(c(8, 20, 60, 200), 1); k <- sample(2:6, 1)
  a <- sample(seq_len(k), n, TRUE)
  b <- ifelse(runif(n) < runif(1, 0, .9), a, sample(seq_len(k), n, TRUE))
  gap <- abs(outer(1:k, 1:k, "-")) / max(k - 1, 1)
  tab <- table(factor(a, 1:k), factor(b, 1:k))
  # Not psych here: the standard errors of its weighted kappas are not those of the publication.
  one <- function(w) { f <- Kappa(tab, weights = w); unname(c(f$Weighted[1:2], f$Unweighted[1:2])) }
  linear <- one(1 - gap)
  list(a = a, b = b, k = k, unweighted = linear[3:4], linear = linear[1:2],
       quadratic = one(1 - gap^2)[1:2])
})

iccs <- lapply(1:40, function(i) {
  n <- sample(c(5, 8, 20, 60), 1); k <- sample(2:4, 1)
  x <- round(outer(rnorm(n, 50, runif(1, 1, 20)), rnorm(k, 0, runif(1, 0, 5)), "+") +
             matrix(rnorm(n * k, 0, runif(1, 1, 10)), n), 1)
  f <- ICC(x, lmer = FALSE)$results
  list(x = x, type = f$type, icc = f$ICC, f = f$F, df1 = f$df1, df2 = f$df2, p = f$p,
       lower = f[["lower bound"]], upper = f[["upper bound"]])
})

writeLines(toJSON(list(R = R.version.string, psych = as.character(packageVersion("psych")),
  vcd = as.character(packageVersion("vcd")),
  kappas = kappas, iccs = iccs), digits = I(15), na = "null", auto_unbox = TRUE),
  "reliability.json")
