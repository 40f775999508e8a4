# extcontacts: `make help` lists the targets.
#
# One source tree, two builds: LUA=lua5.4 (default) and LUA=luajit, each in
# build/<LUA>/extcontacts/core.so.

LUA ?= lua5.4
VMS = lua5.4 luajit
PKG_CONFIG ?= pkg-config
CLANG_FORMAT ?= clang-format

CFLAGS ?= -O2 -g
WARNINGS = -Wall -Wextra -Wshadow -Wundef -Wwrite-strings \
  -Wmissing-prototypes -Wstrict-prototypes -Wpointer-arith -Wcast-qual
LUA_CFLAGS = $(shell $(PKG_CONFIG) --cflags $(LUA))
CURL_CFLAGS = $(shell $(PKG_CONFIG) --cflags libcurl)
CURL_LIBS = $(shell $(PKG_CONFIG) --libs libcurl)
ALL_CFLAGS = -std=c99 -D_GNU_SOURCE -fPIC -fvisibility=hidden $(WARNINGS) \
  $(LUA_CFLAGS) $(CURL_CFLAGS) $(CFLAGS)
LINK = -shared -Wl,-z,nodelete -Wl,-z,relro -Wl,-z,now

BUILD ?= build/$(LUA)
SOURCES = $(wildcard csrc/*.c)
HEADERS = $(wildcard csrc/*.h)
OBJECTS = $(SOURCES:csrc/%.c=$(BUILD)/obj/%.o)
CORE = $(BUILD)/extcontacts/core.so

.PHONY: all both clean
all: $(CORE)

both:
	@for vm in $(VMS); do $(MAKE) --no-print-directory LUA=$$vm || exit 1; done

$(CORE): $(OBJECTS)
	@mkdir -p $(@D)
	$(CC) $(LINK) $(LDFLAGS) -o $@ $(OBJECTS) $(CURL_LIBS)

$(BUILD)/obj/%.o: csrc/%.c $(HEADERS) Makefile
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

clean:
	rm -rf build
