# Draws random follow-up with competing causes and freezes R's answers in competing.json.
# Run in this folder: Rscript make_competing.R   (R with survival, cmprsk and jsonlite)

suppressMessages({library(survival); library(cmprsk); library(jsonlite)})
RNGkind("Mersenne-Twister", "Inversion", "Rejection")
set.seed(20162)
options(warn = -1)

draw <- function(n, kind) {
  time <- switch(kind,
    ties = sample(1:max(3, n %/% 3), n, TRUE),
    days = ceiling(rexp(n, 1 / 200)),
    untied = round(rexp(n, 1 / 10), 3),
    months = ceiling(rexp(n, 1 / 300)) / 30.4375)
  cause <- sample(0:2, n, TRUE, c(runif(1, 0, .6), .5, runif(1, .1, .6)))
  list(time = time, cause = cause)
}

incidence <- function(time, cause) {
  at <- as.numeric(quantile(time, c(0, .1, .25, .5, .75, .9, 1), type = 1))
  out <- list(at = unique(at))
  for (k in 1:2) if (any(cause == k)) {
    fit <- cuminc(time, ifelse(cause == 0, 0, ifelse(cause == k, 1, 2)))
    if (is.null(fit[["1 1"]])) next
    tp <- timepoints(fit["1 1"], unique(at))
    est <- as.vector(tp$est); se <- sqrt(as.vector(tp$var)); z <- qnorm(.975)
    out[[paste0("cause", k)]] <- list(est = est, se = se,
      plain = c(pmax(est - z * se, 0), pmin(est + z * se, 1)),
      log = c(est * exp(-z * se / est), pmin(est * exp(z * se / est), 1)),
      loglog = c(est^exp(-z * se / (est * log(est))), est^exp(z * se / (est * log(est)))))
  }
  out
}

# survival's own Aalen-Johansen curve, a second opinion on the estimate (not on its variance).
states <- function(time, cause, at) {
  if (length(unique(cause)) < 3) return(NULL)
  fit <- survfit(Surv(time, factor(cause, 0:2, c("censor", "one", "two"))) ~ 1)
  p <- summary(fit, times = at, extend = TRUE)$pstate
  as.vector(p[, 2])
}

tests <- function(time, cause, group) {
  out <- list()
  for (rho in c(0, 1)) {
    f <- tryCatch(cuminc(time, cause, group, rho = rho)$Tests, error = function(e) NULL)
    if (!is.null(f)) out[[paste0("rho", rho)]] <-
      list(cause = as.numeric(rownames(f)), stat = unname(f[, "stat"]), df = unname(f[, "df"]),
           p = unname(pchisq(f[, "stat"], f[, "df"], lower.tail = FALSE)))
  }
  out
}

model <- function(time, cause, x) {
  fit <- tryCatch(crr(time, cause, x, gtol = 1e-15, maxiter = 60), error = function(e) NULL)
  if (is.null(fit) || max(abs(fit$coef)) > 8) return(NULL)
  out <- list(coef = unname(fit$coef), variance = as.vector(fit$var), loglik = fit$loglik,
              null = fit$loglik.null)
  # finegray() lets an event at the time of a censoring come first; cmprsk does not. Without ties
  # both have one score equation.
  if (anyDuplicated(time)) return(out)
  long <- finegray(Surv(time, cause) ~ ., etype = "one",
                   data = data.frame(time, cause = factor(cause, 0:2, c("c", "one", "two")), x))
  again <- coxph(Surv(fgstart, fgstop, fgstatus) ~ x1 + x2, long, weights = fgwt,
                 ties = "breslow", control = coxph.control(eps = 1e-12, iter.max = 50))
  c(out, list(finegray = unname(coef(again))))
}

cases <- lapply(1:60, function(i) {
  n <- sample(c(8, 15, 20, 20, 40, 80, 150), 1)
  d <- draw(n, sample(c("ties", "days", "untied", "months"), 1))
  k <- sample(2:4, 1)
  group <- sample(seq_len(k), n, TRUE)
  x <- cbind(x1 = round(rnorm(n), 3), x2 = rbinom(n, 1, .5))
  inc <- incidence(d$time, d$cause)
  list(time = d$time, cause = d$cause, group = group, x1 = x[, 1], x2 = x[, 2],
       incidence = inc, states = states(d$time, d$cause, inc$at),
       gray = tests(d$time, d$cause, group),
       crr = if (n >= 20) model(d$time, d$cause, x))
})

# Bone marrow transplants would be the classic example; pbc ships with survival and is larger.
p <- pbc[1:312, ]
big <- cbind(trt = p$trt == 2, age = p$age, edema = p$edema, logbili = log(p$bili))
fit <- crr(p$time, ifelse(p$status == 2, 1, ifelse(p$status == 1, 2, 0)), big, gtol = 1e-15, maxiter = 60)
pbc_model <- list(time = p$time, cause = ifelse(p$status == 2, 1, ifelse(p$status == 1, 2, 0)),
  x = big, coef = unname(fit$coef), se = unname(sqrt(diag(fit$var))), loglik = fit$loglik)

# Stanford heart transplants: a covariate that changes once, in counting-process form.
heart_fit <- function(ties) {
  f <- coxph(Surv(start, stop, event) ~ transplant + age + surgery, heart, ties = ties)
  list(coef = unname(coef(f)), se = unname(sqrt(diag(vcov(f)))), loglik = f$loglik)
}
h <- survival::heart
heart_data <- list(start = h$start, stop = h$stop, event = h$event,
  transplant = as.integer(h$transplant) - 1, age = h$age, surgery = h$surgery,
  efron = heart_fit("efron"), breslow = heart_fit("breslow"))

# A response that begins during follow-up, split by tmerge; ties between its day and the event.
changing <- lapply(1:20, function(i) {
  n <- sample(c(20, 40, 80), 1)
  time <- ceiling(rexp(n, 1 / 12)); event <- rbinom(n, 1, .7)
  onset <- ifelse(runif(n) < .5, sample(1:12, n, TRUE), NA)
  onset[!is.na(onset) & onset > time] <- NA
  d <- data.frame(id = 1:n, time, event, onset)
  s <- tmerge(d, d, id = id, died = event(time, event))
  s <- tmerge(s, d, id = id, responded = tdc(onset))
  f <- tryCatch(coxph(Surv(tstart, tstop, died) ~ responded, s, ties = "efron"),
                error = function(e) NULL)
  list(time = time, event = event, onset = onset,
       coef = unname(coef(f)), se = unname(sqrt(vcov(f)[1, 1])),
       loglik = f$loglik, rows = nrow(s))
})

writeLines(toJSON(list(R = R.version.string, cmprsk = as.character(packageVersion("cmprsk")),
  survival = as.character(packageVersion("survival")), cases = cases, pbc = pbc_model,
  heart = heart_data, changing = changing), digits = I(15), na = "null", auto_unbox = TRUE),
  "competing.json")
