-- Sets e-mail addresses from a CSV file.
local fix = require "extcontacts.fix"

return {
  name = "addresses from a file",
  options = { file = "values.csv" },
  source = function(options)
    return fix.csv(options.file)
  end,
  change = function(contact, ctx)
    for _, name in ipairs { "workEmail", "personalEmail", "otherEmail" } do
      if ctx.row[name] and ctx.row[name] ~= "" then
        contact[name] = ctx.row[name]
      end
    end
    return contact
  end,
}
