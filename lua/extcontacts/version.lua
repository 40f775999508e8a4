--- The version of the module and the command.
return "0.2.0"
