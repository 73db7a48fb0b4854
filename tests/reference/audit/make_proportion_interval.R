suppressMessages(library(jsonlite))
z <- qnorm(.975)
bl <- function(x,n,p){ # Blaker 2000 acceptability
  p1 <- 1-pbinom(x-1,n,p); p2 <- pbinom(x,n,p)
  a1 <- p1 + pbinom(qbinom(p1,n,p)-1,n,p); a2 <- p2 + 1 - pbinom(qbinom(1-p2,n,p),n,p)
  min(a1,a2) }
blaker <- function(x,n,tol=1e-7){ lo<-0; hi<-1
  if(x!=0){lo<-qbeta(.025,x,n-x+1); while(bl(x,n,lo+tol)<.05) lo<-lo+tol}
  if(x!=n){hi<-qbeta(.975,x+1,n-x); while(bl(x,n,hi-tol)<.05) hi<-hi-tol}
  c(lo,hi)}
midp <- function(x,n){ f<-function(p) pbinom(x,n,p,lower.tail=FALSE)+dbinom(x,n,p)/2
  c(if(x==0)0 else uniroot(function(p) f(p)-.025,c(1e-12,x/n),tol=1e-13)$root, if(x==n)1 else uniroot(function(p) f(p)-.975,c(x/n,1-1e-12),tol=1e-13)$root)}
lr <- function(x,n){ ll<-function(p) dbinom(x,n,p,log=TRUE); m<-ll(x/n); f<-function(p) 2*(m-ll(p))-qchisq(.95,1)
 c(if(x==0)0 else uniroot(f,c(1e-12,x/n),tol=1e-13)$root, if(x==n)1 else uniroot(f,c(x/n,1-1e-12),tol=1e-13)$root)}
gl <- function(x,n,link,inv){ g<-glm(cbind(x,n-x)~1,family=binomial(link),control=list(epsilon=1e-14,maxit=100)); s<-summary(g)$coefficients; sort(inv(s[1,1]+c(-1,1)*z*s[1,2]))}
cut <- function(v) pmin(pmax(v,0),1)
out <- list()
for (xn in list(c(7,20),c(1,20),c(0,20),c(20,20),c(3,7),c(45,120),c(19,20),c(150,300))) { x<-xn[1]; n<-xn[2]; p<-x/n
 r <- list(x=x,n=n,
 "Clopper-Pearson (exact)"=as.numeric(binom.test(x,n)$conf.int),
 "Wilson (score)"=as.numeric(prop.test(x,n,correct=FALSE)$conf.int),
 "Wilson, continuity corrected"=as.numeric(prop.test(x,n)$conf.int),
 "Wald (normal)"=cut(p+c(-1,1)*z*sqrt(p*(1-p)/n)),
 "Wald, continuity corrected"=cut(p+c(-1,1)*(z*sqrt(p*(1-p)/n)+.5/n)),
 "Agresti-Coull"=cut({q<-(x+z^2/2)/(n+z^2); q+c(-1,1)*z*sqrt(q*(1-q)/(n+z^2))}),
 "plus four (Agresti-Coull, z = 2)"=cut({q<-(x+2)/(n+4); q+c(-1,1)*z*sqrt(q*(1-q)/(n+4))}),
 "Jeffreys"={v<-qbeta(c(.025,.975),x+.5,n-x+.5); if(x==0)v[1]<-0; if(x==n)v[2]<-1; v},
 "Bayes, flat prior"=qbeta(c(.025,.975),x+1,n-x+1),
 "mid-P"=midp(x,n), "Blaker (exact)"=blaker(x,n), "likelihood ratio"=lr(x,n),
 "arcsine"=sin(pmin(pmax(asin(sqrt(p))+c(-1,1)*z/(2*sqrt(n)),0),pi/2))^2,
 "Anscombe (arcsine)"=sin(pmin(pmax(asin(sqrt((x+.375)/(n+.75)))+c(-1,1)*z/(2*sqrt(n)),0),pi/2))^2)
 if(x>0&&x<n){ r[["logit"]]<-gl(x,n,"logit",plogis)
   r[["log-log"]]<-sort(1-gl(n-x,n,"cloglog",function(e) 1-exp(-exp(e))))
   r[["log"]]<-cut(exp(log(p)+c(-1,1)*z*sqrt((1-p)/x)))}
 out[[length(out)+1]] <- r }
writeLines(toJSON(list(source=paste("base R",getRversion(),"(binom.test, prop.test, qbeta, glm, uniroot); Blaker's function as printed in Blaker 2000"),cases=out),digits=12,auto_unbox=TRUE,pretty=TRUE),"proportion_interval.json")
