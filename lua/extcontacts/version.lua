-- The version of the module and the command, in this one place.
return "0.2.0"
