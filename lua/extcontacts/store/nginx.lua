--- `extcontacts.store.nginx`: windows and tokens shared by nginx workers
-- (`extcontacts.rate.store.nginx`).
return require "extcontacts.rate.store.nginx"
