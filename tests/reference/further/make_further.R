# R's answers on the example studies, from the datasets that a report writes.
# Rscript make_further.R BEVA-REPORT PILOT-REPORT   (R with survival, cmprsk, psych, vcd, jsonlite)

suppressMessages({library(survival); library(cmprsk); library(psych); library(vcd); library(jsonlite)})
folder <- commandArgs(TRUE)
read <- function(i, name) read.csv(file.path(folder[i], "adam", name), colClasses = "character")
tte <- read(1, "adtte.csv"); rs <- read(1, "adrs.csv")

pfs <- subset(tte, PARAMCD == "PFSFT")
cause <- ifelse(pfs$CNSR != "0", 0, ifelse(pfs$EVNTDESC == "Disease Progression", 1, 2))
cif <- cuminc(as.numeric(pfs$AVAL), cause)
tp <- timepoints(cif["1 1"], 6 * 30.4375)

os <- subset(tte, PARAMCD == "OSFT")
d <- data.frame(id = os$SUBJID, time = as.numeric(os$AVAL), died = as.integer(os$CNSR == "0"))
r <- subset(rs, PARAMCD == "RSP" & AVALC == "Y" & PARCAT1 == "mRECIST")
d$onset <- as.numeric(as.Date(r$ADT[match(d$id, r$SUBJID)]) -
                      as.Date(os$STARTDT[match(d$id, os$SUBJID)]))
s <- tmerge(d, d, id = id, event = event(time, died))
s <- tmerge(s, d, id = id, responded = tdc(onset))
changing <- coxph(Surv(tstart, tstop, event) ~ responded, s)

at <- 3 * 30.4375
l <- subset(d, time > at); l$time <- l$time - at
l$responder <- !is.na(l$onset) & l$onset <= at
test <- survdiff(Surv(time, died) ~ responder, l)
ratio <- coxph(Surv(time, died) ~ responder, l)

rs <- subset(read(2, "adrs.csv"), PARAMCD == "BOR" & PARCAT1 == "RECIST1.1")
rated <- reshape(rs[c("SUBJID", "PARCAT2", "AVALC")], idvar = "SUBJID", timevar = "PARCAT2",
                 direction = "wide")
names(rated) <- sub("AVALC.", "", names(rated))
readers <- sort(setdiff(names(rated), "SUBJID"))
words <- c("CR", "PR", "SD", "PD")
gap <- 1 - abs(outer(1:4, 1:4, "-")) / 3
pair <- function(a, b) {
  t <- table(factor(rated[[a]], words), factor(rated[[b]], words))
  k <- Kappa(t, weights = gap)
  list(n = sum(t), kappa = unname(k$Unweighted), weighted = unname(k$Weighted))
}
tr <- subset(read(2, "adtr.csv"), PARAMCD == "SDIAM" & ABLFL == "Y" & PARCAT1 == "RECIST1.1")
sums <- reshape(tr[c("SUBJID", "PARCAT2", "AVAL")], idvar = "SUBJID", timevar = "PARCAT2",
                direction = "wide")
x <- sapply(sums[-1], as.numeric)
icc <- ICC(x[complete.cases(x), ], lmer = FALSE)$results

writeLines(toJSON(list(
  R = R.version.string, cmprsk = as.character(packageVersion("cmprsk")),
  survival = as.character(packageVersion("survival")),
  psych = as.character(packageVersion("psych")), vcd = as.character(packageVersion("vcd")),
  incidence = c(tp$est[1], sqrt(tp$var[1])),
  changing = list(coef = unname(coef(changing)), se = sqrt(vcov(changing)[1, 1])),
  landmark = list(n = as.vector(table(l$responder)), chisq = test$chisq,
                  coef = unname(coef(ratio)), se = sqrt(vcov(ratio)[1, 1])),
  readers = readers,
  pairs = list(pair(readers[1], readers[2]), pair(readers[1], readers[3]),
               pair(readers[2], readers[3])),
  icc = list(n = sum(complete.cases(x)), type = icc$type, value = icc$ICC,
             lower = icc[["lower bound"]], upper = icc[["upper bound"]])),
  digits = I(15), auto_unbox = TRUE, pretty = TRUE), "further.json")
