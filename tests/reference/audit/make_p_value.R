suppressMessages(library(jsonlite))
set.seed(4)
tables <- list(rbind(c(3,17),c(9,11)), rbind(c(0,10),c(4,6)), rbind(c(45,155),c(60,140)), rbind(c(8,7,5),c(2,6,12)), rbind(c(1,2),c(3,4)))
cases <- lapply(tables, function(m) { suppressWarnings({
  g <- 2*sum((m*log(m/chisq.test(m)$expected))[m>0])
  r <- list(table=m, "chi-square"=chisq.test(m,correct=FALSE)$p.value, Fisher=fisher.test(m)$p.value,
    "likelihood ratio G"=pchisq(g,(nrow(m)-1)*(ncol(m)-1),lower.tail=FALSE))
  x <- rep(seq_len(nrow(m)),rowSums(m)); y <- unlist(lapply(seq_len(nrow(m)),function(i) rep(seq_len(ncol(m)),m[i,])))
  r$trend <- pchisq((length(x)-1)*cor(x,y)^2,1,lower.tail=FALSE)
  if (all(dim(m)==2)) {
    r[["chi-square, Yates"]] <- chisq.test(m)$p.value
    n <- sum(m); r[["chi-square, N - 1"]] <- pchisq(as.numeric(chisq.test(m,correct=FALSE)$statistic)*(n-1)/n,1,lower.tail=FALSE)
    d <- dhyper(m[1,1],sum(m[,1]),sum(m[,2]),sum(m[1,]))
    r[["Fisher, mid-P"]] <- r$Fisher - d/2
    one <- min(fisher.test(m,alternative="less")$p.value,fisher.test(m,alternative="greater")$p.value)
    r[["Fisher, doubled one-sided"]] <- min(1,2*one)
    r[["Fisher mid-P, doubled one-sided"]] <- min(1,2*(one-d/2))
    p <- m[,1]/rowSums(m); r[["z, unpooled"]] <- 2*pnorm(-abs(diff(p))/sqrt(sum(p*(1-p)/rowSums(m))))
  }
  r }) })
exact <- function(n,m,s) { v <- as.numeric(scale(seq_len(n))); v*s+m }
groups <- list(list(n=c(54,54),mean=c(65.6,66.3),sd=c(7.3,6)), list(n=c(8,12),mean=c(3.1,4.4),sd=c(1.2,2.5)), list(n=c(10,12,9),mean=c(3.1,4.4,3.9),sd=c(1.2,2.5,.8)))
means <- lapply(groups, function(g) { v <- unlist(Map(exact,g$n,g$mean,g$sd)); f <- factor(rep(seq_along(g$n),g$n))
  c(g, list(anova=oneway.test(v~f,var.equal=TRUE)$p.value, welch=oneway.test(v~f)$p.value)) })
writeLines(toJSON(list(source=paste("base R",getRversion(),"chisq.test, fisher.test, oneway.test of made data with these means and SDs"),tables=cases,means=means),digits=14,auto_unbox=TRUE,pretty=TRUE),"p_value.json")
