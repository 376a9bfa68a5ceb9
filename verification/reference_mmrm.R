# The reference fit: restricted maximum likelihood with an unstructured covariance by nlme::gls.  Rscript reference_mmrm.R IN.csv
library(nlme)
d <- read.csv(commandArgs(trailingOnly = TRUE)[1])
d$visit <- factor(d$visit)
d$arm <- factor(d$arm)
d$v <- as.integer(d$visit)
d <- d[order(d$patient, d$v), ]
fit <- gls(change ~ 0 + arm:visit + baseline:visit, data = d, method = "REML",
           correlation = corSymm(form = ~ v | patient), weights = varIdent(form = ~ 1 | visit),
           control = glsControl(maxIter = 200, msMaxIter = 500, tolerance = 1e-9, msTol = 1e-10))
V <- fit$varBeta
b <- coef(fit)
for (name in names(b)) cat("coefficient", name, format(b[[name]], digits = 12), format(sqrt(V[name, name]), digits = 12), "\n")
for (visit in levels(d$visit)) {
  w <- rep(0, length(b)); names(w) <- names(b)
  w[paste0("armdrug:visit", visit)] <- 1
  w[paste0("armplacebo:visit", visit)] <- -1
  cat("difference", visit, format(sum(w * b), digits = 12), format(sqrt(as.numeric(t(w) %*% V %*% w)), digits = 12), "\n")
}
cat("loglik", "restricted", format(as.numeric(logLik(fit)), digits = 12), "0\n")
