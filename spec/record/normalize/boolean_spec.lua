local boolean = require "extcontacts.record.normalize.boolean"

describe("yes and no", function()
  it("are words of four languages, in any case, and digits", function()
    for word in ("yes Ja oui sí SÍ si WAHR vrai verdadero TRUE 1 y"):gmatch "%S+" do
      assert.is_true(boolean.read(" " .. word .. "\194\160"), word)
    end
    for word in ("no Nein non FALSCH faux falso false 0 n"):gmatch "%S+" do
      assert.is_false(boolean.read(word), word)
    end
    for _, value in ipairs { "", "x", "2", "maybe", ("yes"):rep(50), 1, true } do
      assert.same({ nil, "not yes, no, true or false" }, { boolean.read(value) })
    end
  end)
end)
