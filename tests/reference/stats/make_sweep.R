# Draws random follow-up data and freezes R's answers in sweep.json.
# Run in this folder: Rscript make_sweep.R   (R with the survival package; no other package)

suppressMessages(library(survival))
RNGkind("Mersenne-Twister", "Inversion", "Rejection")
set.seed(20161)
options(warn = -1)

types <- c("log", "log-log", "plain", "logit", "arcsin")
probs <- c(.25, .5, .75)

json <- function(x, keys = names(x)) {
  if (is.null(x)) return("null")
  if (is.list(x) || !is.null(keys)) {
    parts <- vapply(seq_along(x), function(i) json(x[[i]], names(x[[i]])), "")
    if (is.null(keys)) return(paste0("[", paste(parts, collapse = ","), "]"))
    return(paste0("{", paste0('"', keys, '":', parts, collapse = ","), "}"))
  }
  if (is.character(x)) out <- paste0('"', x, '"')
  else out <- ifelse(is.na(x), "null", ifelse(is.infinite(x), '"Inf"', shortest(x)))
  if (length(x) == 1) out else paste0("[", paste(out, collapse = ","), "]")
}
# Twelve digits are enough for answers (held to 1e-9); inputs must be read back exactly.
digits <- 12
shortest <- function(x) vapply(x, function(v) {
  if (v == round(v) && abs(v) < 1e9) return(format(v, scientific = FALSE))
  sub("e([-+])0", "e\\1", formatC(v, digits = digits, format = "g"))
}, "")
exact <- function(x) {
  digits <<- 17
  on.exit(digits <<- 12)
  structure(list(json(as.vector(x), NULL)), class = "raw_json")
}
plain <- json
json <- function(x, keys = names(x)) {
  if (inherits(x, "raw_json")) return(x[[1]])
  if (is.array(x)) x <- as.vector(x)
  plain(x, keys)
}
row1 <- function(x) I(as.list(unname(x)))
many <- function(x) lapply(as.vector(unname(x)), function(v) v)

draw <- function(n, kind) {
  time <- switch(kind,
    ties = sample(1:max(2, n %/% 3), n, TRUE),
    days = ceiling(rexp(n, 1 / 200)),
    untied = round(rexp(n, 1 / 10), 3),
    months = ceiling(rexp(n, 1 / 300)) / 30.4375,
    near = sample(1:max(2, n %/% 3), n, TRUE) / 10 + sample(c(0, 1e-10, -1e-10), n, TRUE),
    zero = sample(0:6, n, TRUE),
    half = seq_len(n))
  event <- rbinom(n, 1, runif(1, .3, 1))
  if (kind == "half") { event <- rep(1, n); if (runif(1) < .5) event[sample(n, 1)] <- 0 }
  list(time = time, event = event)
}

km <- function(time, event, entry = NULL) {
  y <- if (is.null(entry)) Surv(time, event) else Surv(entry, time, event)
  out <- list()
  for (type in types) {
    fit <- survfit(y ~ 1, conf.type = type)
    q <- quantile(fit, probs)
    s <- summary(fit, times = c(0, median(time), max(time) + 1), extend = TRUE)
    one <- list(lower = many(q$lower), upper = many(q$upper),
                at_lower = many(s$lower), at_upper = many(s$upper))
    if (type == "log") {
      out$quantile <- many(q$quantile)
      out$at <- exact(c(0, median(time), max(time) + 1))
      out$at_surv <- many(s$surv); out$at_se <- many(s$std.err); out$at_risk <- many(s$n.risk)
      out$points <- length(fit$time)
      tau <- max(time) * .8
      if (tau >= min(time) && tau > 0 && is.null(entry)) {
        m <- summary(fit, rmean = tau)$table
        out$tau <- exact(tau); out$rmean <- unname(m["rmean"]); out$rmean_se <- unname(m["se(rmean)"])
      }
    }
    out[[type]] <- one
  }
  out
}

one_group <- function(i) {
  n <- if (i %% 25 == 0) 1 else sample(3:40, 1)
  kind <- c("ties", "days", "untied", "months", "near", "zero", "half")[1 + i %% 7]
  d <- draw(n, kind)
  if (i %% 13 == 0) d$event[] <- 0
  if (i %% 11 == 0) d$event[] <- 1
  list(kind = kind, time = exact(d$time), event = many(d$event), km = km(d$time, d$event))
}

delayed <- function(i) {
  n <- sample(5:40, 1)
  d <- draw(n, c("ties", "untied", "days")[1 + i %% 3])
  d$time <- d$time + 1
  entry <- if (i %% 2) floor(runif(n) * d$time * .6) else round(runif(n) * d$time * .9, 4)
  x <- rnorm(n)
  out <- list(time = exact(d$time), event = many(d$event), entry = exact(entry),
              km = km(d$time, d$event, entry))
  if (sum(d$event) > 4) {
    for (ties in c("efron", "breslow")) {
      f <- coxph(Surv(entry, d$time, d$event) ~ x, ties = ties)
      out[[ties]] <- cox_of(f)
    }
    out$x <- exact(x)
  }
  out
}

cox_of <- function(f) {
  z <- function(how) { t <- try(cox.zph(f, transform = how)$table, TRUE)
    if (inherits(t, "try-error")) NULL else many(t[, "chisq"]) }
  list(coef = many(coef(f)), se = many(sqrt(diag(f$var))), loglik = many(f$loglik),
       score = f$score, wald = unname(f$wald.test), km = z("km"), identity = z("identity"))
}

test_of <- function(y, g, s, rho) {
  t <- try(if (is.null(s)) survdiff(y ~ g, rho = rho) else survdiff(y ~ g + strata(s), rho = rho),
           TRUE)
  if (inherits(t, "try-error")) return(NULL)
  e <- if (is.matrix(t$exp)) rowSums(t$exp) else t$exp
  o <- if (is.matrix(t$obs)) rowSums(t$obs) else t$obs
  list(chisq = t$chisq, p = t$pvalue, observed = many(o), expected = many(e))
}

groups <- function(i) {
  n <- sample(10:60, 1)
  d <- draw(n, c("ties", "days", "untied", "months", "near", "zero")[1 + i %% 6])
  k <- if (i %% 4 == 0) 3 else 2
  g <- sample(rep_len(1:k, n)); s <- rep_len(1:2, n)
  y <- Surv(d$time, d$event)
  out <- list(time = exact(d$time), event = many(d$event), group = many(g), stratum = many(s),
              logrank = test_of(y, g, NULL, 0), peto = test_of(y, g, NULL, 1),
              half = test_of(y, g, NULL, .5), stratified = test_of(y, g, s, 0))
  x1 <- round(rnorm(n), 3); x2 <- rbinom(n, 1, .5)
  out$x1 <- exact(x1); out$x2 <- many(x2)
  events <- sum(d$event)
  if (events > 8 && all(tapply(d$event, x2, sum) > 2)) {
    for (ties in c("efron", "breslow")) {
      out[[ties]] <- cox_of(coxph(y ~ x1 + x2, ties = ties))
      out[[paste0(ties, "_strata")]] <- cox_of(coxph(y ~ x1 + x2 + strata(s), ties = ties))
    }
  }
  out
}

samples <- function(i) {
  m <- sample(3:15, 1); n <- sample(3:15, 1)
  x <- if (i %% 2) round(rnorm(m, 1), 3) else sample(1:6, m, TRUE)
  y <- if (i %% 2) round(rexp(n), 3) else sample(2:8, n, TRUE)
  w <- wilcox.test(x, y)
  try_p <- function(v) { r <- try(shapiro.test(v), TRUE)
    if (inherits(r, "try-error")) NULL else many(c(r$statistic, r$p.value)) }
  tt <- try(t.test(x, y), TRUE); tp <- try(t.test(x, y, var.equal = TRUE), TRUE)
  list(x = many(x), y = many(y), w = unname(w$statistic), p = w$p.value,
       exact = as.numeric(grepl("exact", w$method)), shapiro = try_p(x),
       welch = if (inherits(tt, "try-error")) NULL else
         many(c(tt$statistic, tt$parameter, tt$p.value, tt$conf.int)),
       pooled = if (inherits(tp, "try-error")) NULL else
         many(c(tp$statistic, tp$parameter, tp$p.value, tp$conf.int)),
       q7 = many(quantile(x, probs)), q2 = many(quantile(x, probs, type = 2)), sd = sd(x))
}

tables <- function(i) {
  r <- sample(2:4, 1); k <- sample(2:3, 1)
  t <- matrix(rpois(r * k, sample(2:6, 1)), r)
  t <- t + (rowSums(t) == 0)
  t[1, colSums(t) == 0] <- 1
  f <- fisher.test(t, workspace = 2e6)
  c1 <- chisq.test(t); c0 <- chisq.test(t, correct = FALSE)
  list(nrow = r, ncol = k, cells = many(t(t)), fisher = f$p.value,
       odds = if (r == 2 && k == 2) many(c(f$estimate, f$conf.int)) else NULL,
       chisq = many(c(c1$statistic, c1$p.value, c0$statistic, c0$p.value)))
}

proportions <- function(i) {
  n <- sample(1:60, 1); x <- sample(0:n, 1); level <- sample(c(.8, .9, .95, .99), 1)
  list(x = x, n = n, level = level,
       exact = many(binom.test(x, n, conf.level = level)$conf.int),
       wilson = many(prop.test(x, n, conf.level = level, correct = FALSE)$conf.int),
       corrected = many(prop.test(x, n, conf.level = level)$conf.int))
}

out <- list(
  R = R.version.string, survival = as.character(packageVersion("survival")), seed = 20161,
  probs = many(probs),
  one_group = lapply(1:105, one_group), delayed = lapply(1:24, delayed),
  groups = lapply(1:60, groups), samples = lapply(1:40, samples),
  tables = lapply(1:60, tables), proportions = lapply(1:40, proportions))
writeLines(json(out), "sweep.json")
