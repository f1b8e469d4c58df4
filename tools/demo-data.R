# Real studies as a hospital would hand them over: with names, numbers and addresses, all invented
# here. Called by tools/demo-data: Rscript demo-data.R DIR SEED
suppressMessages({ library(MASS); library(survival) })
arg <- commandArgs(trailingOnly = TRUE)
dir <- arg[1]
set.seed(as.integer(arg[2]))

women <- c("Anna", "Berta", "Clara", "Dora", "Elena", "Fatma", "Greta", "Hanna", "Ines", "Julia")
men <- c("Adam", "Bruno", "Carl", "David", "Emil", "Felix", "Georg", "Hugo", "Ivan", "Jonas")
head_ <- c("Acker", "Berg", "Brand", "Dorn", "Eich", "Feld", "Gruen", "Hof", "Kalt", "Linden",
           "Moos", "Neu", "Ober", "Rosen", "Stein", "Wald")
tail_ <- c("mann", "er", "inger", "bach", "hauser", "wyler", "li", "acher", "meier", "brunn")
streets <- c("Spitalgasse", "Bergweg", "Seestrasse", "Am Bach", "Kirchplatz", "Lindenallee")

people <- function(female) {
  n <- length(female)
  pick <- function(x) sample(x, n, replace = TRUE)
  data.frame(
    record = sprintf("%08d", sample(10^7 - 1, n)),
    name = paste(ifelse(female, pick(women), pick(men)), paste0(pick(head_), pick(tail_))),
    phone = sprintf("+00 44 %03d %02d %02d", sample(999, n, TRUE), sample(99, n, TRUE),
                    sample(99, n, TRUE)),
    address = paste0(pick(streets), " ", sample(120, n, TRUE), ", ",
                     sprintf("%05d", sample(1000:9999, n, TRUE)), " ", pick(head_), "dorf"))
}

born <- function(age, at) as.Date(at) - round(age * 365.25) - sample(0:364, length(age), TRUE)

put <- function(table, project, name)
  write.csv(table, file.path(dir, project, name), row.names = FALSE, na = "")

# Baystate Medical Center, Springfield, 1986 (Hosmer and Lemeshow): MASS::birthwt
b <- birthwt[sample(nrow(birthwt)), ]
p <- people(rep(TRUE, nrow(b)))
admitted <- as.Date("1986-01-01") + sample(0:364, nrow(b), TRUE)
put(data.frame(id = p$record, name = p$name, phone = p$phone, address = p$address,
               birthdate = born(b$age, admitted), delivery = admitted, b),
    "birth-weight", "births.csv")

# International CGD Cooperative Study Group, 1991: survival::cgd, first record of each patient and
# whether any serious infection followed
first <- cgd[!duplicated(cgd$id), ]
any_infection <- tapply(cgd$status, cgd$id, max)[as.character(first$id)]
o <- sample(nrow(first))
first <- first[o, ]
p <- people(first$sex == "female")
put(data.frame(patient_id = p$record, name = p$name, phone = p$phone, address = p$address,
               birthdate = born(first$age, first$random), center = first$center,
               randomised = first$random, treat = first$treat, sex = first$sex, age = first$age,
               inherit = first$inherit, hospital = first$hos.cat,
               infection = as.integer(any_infection[o])),
    "infection", "patients.csv")
# Two measurements before treatment began, around the one that the study kept.
visits <- do.call(rbind, lapply(seq_len(nrow(first)), function(i) data.frame(
  visit_id = "", patient_id = p$record[i],
  date = first$random[i] - c(sample(20:60, 1), 0), kind = c("screening", "baseline"),
  height = round(first$height[i] + c(-0.3, 0), 1),
  weight = round(first$weight[i] * c(rnorm(1, 1, 0.01), 1), 1),
  steroids = first$steroids[i], antibiotics = first$propylac[i])))
visits$visit_id <- sprintf("V%07d", sample(10^7 - 1, nrow(visits)))
put(visits, "infection", "visits.csv")

# Stanford heart transplant programme (Crowley and Hu, 1977): survival::jasa
j <- jasa[sample(nrow(jasa)), ]
p <- people(runif(nrow(j)) < 0.12)
names(j) <- gsub("[.]", "_", names(j))
j$age <- round(j$age, 1)
put(data.frame(patient_id = p$record, name = p$name, phone = p$phone, address = p$address, j),
    "heart", "patients.csv")
