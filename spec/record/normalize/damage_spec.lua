local damage = require "extcontacts.record.normalize.damage"

local NUMBER = "a spreadsheet turned these digits into a number"

describe("record.normalize.damage", function()
  it("finds error values", function()
    for _, text in ipairs { "#N/A", "#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!", "#CALC!",
      "#NV", "#N/B", "#N/D", "#I/T", "#YOK", "#Н/Д", "#N/V", "#¡REF!", "#¿NOMBRE?", "#ЗНАЧ!", "#ССЫЛКА!", "#ADR!",
      "#NAZWA?", "#VALEUR !", "＃REF!", "#REF", "#DIV/0", "\\N", "1.#IND", "-1.#QNAN", "#GETTING_DATA",
      "########", "(null)", "[NULL]", "<null>", "Loading...", "-nan(ind)", "#BEZUG!", "#WERT!", "#ÜBERLAUF!",
      "#NOMBRE?", "nan", "NaN", "-nan", "NaT", "<NA>", "Err:502",
      " #N/A ", "#N/A\r", "\194\160#REF!" } do
      assert.is_true(damage.is_error(text), text)
      assert.equal("a spreadsheet's error value", damage.of(text, nil))
    end
    for _, text in ipairs { "", "Nan", "NAN", "Null", "None", "NULL", "NA", "N/A",
      "#1", "##", "(null", "#sales", "#top!", "C#", "N/A?", "#", "# REF!", "Nancy",
      "#" .. ("A"):rep(100) .. "!" } do
      assert.is_false(damage.is_error(text), text)
    end
  end)

  it("finds digits that were turned into a number", function()
    for _, text in ipairs { "1.0", "1,0", "1067.0", "49301234567.00", "-7.0", "5E+11", "4.93E+11", "4.93e+11",
      "4,93E+11", " 4.93E+11 ", "4.93E11", "49.3E+10", "493E+9", "4.93 E+11", "4.93E+011", "-4.93E+11", "4.９３Ｅ+11",
      "4.93×10^11", "1.2345678901234e+17", "12345678901234500", "1234567890123450000",
      "1234567890123450", "+12345678901234500", "12345678901234500.0", "12345678901234500,00",
      "１０６７．０", "12345678901234567000", "123456789012345680" } do
      assert.is_true(damage.is_number(text), text)
      assert.equal(NUMBER, damage.of(text, nil), text)
    end
    for _, text in ipairs { "", "1", "1067", "1.05", "1.0.0", "v1.0", "12E4", "E+11", "5E-3", "3E", "123456789012345",
      "12345678901234567", "123456789012345678", "100000000000000", "1.0 GmbH", "10.10" } do
      assert.is_false(damage.is_number(text), text)
    end
  end)

  it("finds digits that are lost, which a decimal point alone does not say", function()
    for _, text in ipairs { "4.93E+11", "5E+11", "12345678901234500", "1234567890123450000", "12345678901234500.0" } do
      assert.is_true(damage.lost_digits(text), text)
    end
    for _, text in ipairs { "", "1.0", "1067.0", "1.5E-3", "123456789012345", "100000000000000", "0.00000000000000001",
      ("1"):rep(100) } do
      assert.is_false(damage.lost_digits(text), text)
    end
  end)

  it("finds texts that became dates, formulas, lost characters and missing values", function()
    for reason, texts in pairs {
      [damage.DATE] = { "01-Mar", "1-Mar", "2-Sep", "Mar-01", "01. Mrz", "3-Okt", "12-DEC", "Dez-12", "1-Mär" },
      [damage.FORMULA] = { "=VLOOKUP(A2,B:C,2,0)", "=T(\"x\")", "=A1", "=$A$1&B1", "=-A1*2", "=SVERWEIS(A2;B:C;2)",
        "=_xlfn.XLOOKUP(A1,B:B,C:C)" },
      [damage.CHARACTERS] = { "M\239\191\189ller", "CT\0O", "\0" },
      [damage.MISSING] = { "NULL", "null", " NULL ", "undefined" },
    } do
      for _, text in ipairs(texts) do
        assert.equal(reason, damage.of(text, nil), text)
        assert.is_nil(damage.of(text, text))
      end
    end
    for _, text in ipairs { "1-Man", "2-Sept-x", "Mar", "May", "April 1", "Section 1-A", "=", "=)", "=1+1", "= a",
      "a=A1",
      "=Ann", "Null", "None", "Nullo", "undefined behavior", "M?ller" } do
      assert.is_nil(damage.of(text, nil), text)
    end
  end)

  it("compares with the current value", function()
    for current, texts in pairs {
      ["01067"] = { "1067", "1067.0" }, ["+49301234567"] = { "49301234567", "49301234567.0" },
      ["0049301"] = { "49301" },
    } do
      for _, text in ipairs(texts) do
        assert.equal(NUMBER, damage.of(text, current), text)
      end
    end
    for text, current in pairs { ["1.0"] = "1.0", ["#N/A"] = "#N/A", ["1067"] = "1067", ["1068"] = "01067",
      ["01067"] = "1067", x = "0x" } do
      assert.is_nil(damage.of(text, current), text)
    end
    assert.is_nil(damage.of("1067", nil))
  end)
end)
