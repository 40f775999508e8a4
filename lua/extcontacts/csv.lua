--- `extcontacts.csv`: CSV files (`extcontacts.base.csv`).
return require "extcontacts.base.csv"
