# extcontacts: `make help` lists the targets.
#
# One source tree, a build for each Lua: LUA=lua5.4 (default), LUA=luajit and
# LUA=lua5.3, each in build/<LUA>/extcontacts/core.so.

LUA ?= lua5.4
VMS = lua5.4 luajit
PKG_CONFIG ?= pkg-config
CLANG_FORMAT ?= clang-format
INSTALL ?= install

# LUA may also be a path or another name of the program (/usr/bin/luajit): the
# program itself says which Lua it is.  LUA_ABI=5.4 is for one that can't run here.
LUA_NAME = $(notdir $(LUA))
LUA_SAYS = $(shell $(LUA) -e \
  'io.write(rawget(_G, "jit") and "5.1" or "PUC-" .. _VERSION:match "[%d.]+")' \
  2>/dev/null)
LUA_ABI ?= $(eval LUA_ABI := $(or \
  $(filter 5.1,$(LUA_SAYS)),$(filter 5.3 5.4,$(LUA_SAYS:PUC-%=%)),$(error \
  LUA=$(LUA) $(if $(LUA_SAYS),is Lua $(LUA_SAYS:PUC-%=%),does not run); \
  extcontacts needs Lua 5.4$(comma) Lua 5.3 or LuaJIT)))$(LUA_ABI)
LUA_PC_NAMES = $(if $(filter 5.1,$(LUA_ABI)),luajit,\
  lua$(LUA_ABI) lua-$(LUA_ABI) lua$(subst .,,$(LUA_ABI)))
comma = ,

PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
LUADIR ?= $(PREFIX)/share/lua/$(LUA_ABI)
LIBDIR ?= $(PREFIX)/lib/lua/$(LUA_ABI)

# $(call first_pc,names): the first of the names that pkg-config knows
first_pc = $(firstword $(foreach name,$(1),\
  $(shell $(PKG_CONFIG) --exists $(name) 2>/dev/null && echo $(name))))
# $(call pc,--cflags,names): its answer, or a stop that says what to do
pc = $(shell $(PKG_CONFIG) $(1) \
  $(or $(call first_pc,$(2)),$(error $(PKG_CONFIG) finds none of: $(2). \
  `make deps` installs what is missing)))
# The same for libcurl, which must not be older than csrc/ec_curl_compat.h says.
curl_pc = $(if $(shell $(PKG_CONFIG) --atleast-version=7.63 libcurl && echo yes),\
  $(shell $(PKG_CONFIG) $(1) libcurl),$(error extcontacts needs the headers of \
  libcurl 7.63 or later. $(PKG_CONFIG) finds \
  $(or $(shell $(PKG_CONFIG) --modversion libcurl 2>/dev/null),none)))
# Each is asked once, and only when something is compiled.
LUA_CFLAGS = $(eval LUA_CFLAGS := $(call pc,--cflags,$(LUA_PC_NAMES)))$(LUA_CFLAGS)
CURL_CFLAGS = $(eval CURL_CFLAGS := $(call curl_pc,--cflags))$(CURL_CFLAGS)
CURL_LIBS = $(eval CURL_LIBS := $(call curl_pc,--libs))$(CURL_LIBS)

CFLAGS ?= -O2 -g
WARNINGS = -Wall -Wextra -Wshadow -Wundef -Wwrite-strings \
  -Wmissing-prototypes -Wstrict-prototypes -Wpointer-arith -Wcast-qual
ALL_CFLAGS = -std=c99 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 \
  -fPIC -pthread -fvisibility=hidden \
  $(WARNINGS) $(LUA_CFLAGS) $(CURL_CFLAGS) $(CPPFLAGS) $(CFLAGS)
# LuaRocks sets LIBFLAG.  `-z now`: a core that was built for another Lua or libcurl
# fails when it is loaded, not in the middle of a call.
SYSTEM := $(shell uname -s)
LIBFLAG ?= -shared
LINK = $(LIBFLAG) -pthread $(LINK_$(SYSTEM))
LINK_Linux = -Wl,-z,relro -Wl,-z,now
LIBS_Linux = -ldl

BUILD ?= build/$(LUA_NAME)
SOURCES = $(wildcard csrc/*.c)
HEADERS = $(wildcard csrc/*.h)
OBJECTS = $(SOURCES:csrc/%.c=$(BUILD)/obj/%.o)
CORE = $(BUILD)/extcontacts/core.so
COMMANDS = $(notdir $(wildcard bin/*))
DEPS = @sh spec/support/deps.sh
ENV = LUA_NAME=$(LUA_NAME) BUILD=$(BUILD) sh spec/support/env.sh
RUN = @MAKE="$(MAKE)" sh spec/support/run.sh

PORT ?= 8080
.PHONY: all both help deps deps-optional demo nginx-example fleet-example test check \
  check-quick check-deep check-ports check-bare generate install uninstall env rock-check deb soak bench-json bench-nginx clean

all: $(CORE) $(COMMANDS:%=$(BUILD)/bin/%)

both:
	@for vm in $(VMS); do $(MAKE) --no-print-directory LUA=$$vm || exit 1; done

$(CORE): $(OBJECTS)
	@mkdir -p $(@D)
	$(CC) $(LINK) $(CFLAGS) $(LDFLAGS) -o $@ $(OBJECTS) $(CURL_LIBS) $(LIBS_$(SYSTEM))

$(BUILD)/obj/%.o: csrc/%.c $(HEADERS) Makefile
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

# The commands with this build's interpreter as the one they prefer.
$(BUILD)/bin/%: bin/% Makefile
	@mkdir -p $(@D)
	@sed 's|^default_lua=.*|default_lua=$(LUA_NAME)|' $< >$@
	@chmod 755 $@

OURS = $(DESTDIR)$(LUADIR)/extcontacts
DOCS = $(DESTDIR)$(PREFIX)/share/doc/extcontacts

# The manual page and the shells' completions: file and place under PREFIX.
COMPLETIONS = lua/extcontacts/cli/completions
SHARED = docs/extcontacts.1:share/man/man1/extcontacts.1 \
  $(COMPLETIONS)/bash:share/bash-completion/completions/extcontacts \
  $(COMPLETIONS)/zsh:share/zsh/site-functions/_extcontacts \
  $(COMPLETIONS)/fish:share/fish/vendor_completions.d/extcontacts.fish

# $(call install_tree,folder,place): all files of a folder
install_tree = (cd $(1) && find . -type d | while read -r name; do \
  $(INSTALL) -d "$(2)/$$name" || exit 1; done && \
  find . -type f | while read -r name; do \
  $(INSTALL) -m 644 "$$name" "$(2)/$$name" || exit 1; done)

install: all
	$(INSTALL) -d "$(OURS)" "$(DESTDIR)$(LIBDIR)/extcontacts" \
	  "$(DESTDIR)$(BINDIR)"
	@$(call install_tree,lua,$(DESTDIR)$(LUADIR))
	$(INSTALL) -m 755 $(CORE) "$(DESTDIR)$(LIBDIR)/extcontacts/core.so"
	$(INSTALL) -d "$(DOCS)/docs"
	$(INSTALL) -m 644 README.md CHANGELOG.md LICENSE "$(DOCS)"
	$(INSTALL) -m 644 docs/*.md "$(DOCS)/docs"
	@$(call install_tree,examples,$(DOCS)/examples)
	@for name in $(COMMANDS); do \
	  $(INSTALL) -m 755 $(BUILD)/bin/$$name "$(DESTDIR)$(BINDIR)/$$name" || \
	  exit 1; \
	done
	@for pair in $(SHARED); do \
	  place="$(DESTDIR)$(PREFIX)/$${pair#*:}"; \
	  $(INSTALL) -d "$${place%/*}" && \
	  $(INSTALL) -m 644 "$${pair%%:*}" "$$place" || exit 1; \
	done

uninstall:
	rm -rf "$(OURS)" "$(DESTDIR)$(LIBDIR)/extcontacts" "$(DOCS)"
	rm -f $(COMMANDS:%="$(DESTDIR)$(BINDIR)/%")
	@for pair in $(SHARED); do rm -f "$(DESTDIR)$(PREFIX)/$${pair#*:}"; done

env:
	@$(ENV)

help:
	@sed -n 's/^#: \{0,1\}//p' Makefile

#: make              build for Lua 5.4; LUA=luajit: for LuaJIT and OpenResty;
#:                   LUA=lua5.3
#: make both         build for both
#: make demo         install what is missing, build, repair a few thousand
#:                   contacts on a local server
#: make nginx-example  a caller lookup inside nginx with a page to look at, on
#:                   PORT (8080) of this machine, against a local server
#: make fleet-example  two nginx instances that share a rate limit, a token and their
#:                   answers through a Redis server, against a local server
#: make test         install what is missing, build, run the specs on both;
#:                   SPECS=spec/core/json_spec.lua: only these (or busted's options)
#: make deps         only install what is missing (Debian packages, by apt)
#: make deps-optional  also install the programs that some specs need
#: make env          print what makes this build usable in place:
#:                     eval "$(make -s env LUA=luajit)"
#: make install      into PREFIX (/usr/local), for LUA; DESTDIR for packagers
#: make uninstall    the reverse
#: make clean        remove build/
#:
#: For developers:
#: make check        warnings as errors (gcc, clang), formats, linters, symbols,
#:                   then the specs on both, and those that wait inside nginx
#: make check-quick  the same without the specs
#: make generate     write the reference, the LuaCATS file and the manual page
#:                   from the operation table and the commands
#: make check-deep   the specs with ASan and UBSan, in valgrind, with a restless
#:                   collector, through a bad network; every allocation failing
#:                   in turn; fuzzing for FUZZ_SECONDS (60) a target
#: make check-ports  the C core without epoll, with GnuTLS, for 32 bits and with musl;
#:                   the specs on Lua 5.3
#: make check-bare   make demo and make test in a minimal Debian 12, as root and
#:                   as a normal user; needs root, takes several minutes
#: make soak         lost replies, a long scan, shared windows, an outage and a
#:                   bad network at full size, on both VMs, in some 20 minutes
#: make bench-json   compare JSON with lua-cjson and the floor, on both VMs
#: make bench-nginx  compare lookups in an nginx worker with a client written by hand
#: make rock-check   luarocks make in a fresh tree
#: make deb          a Debian package for Lua 5.4 and LuaJIT, in build/deb

deps:
	$(DEPS) test

deps-optional:
	$(DEPS) test optional

demo:
	$(DEPS) demo
	@$(MAKE) --no-print-directory -s both
	@eval "$$($(ENV))" && LUA=$(LUA_NAME) sh examples/demo.sh

nginx-example:
	$(DEPS) demo
	@$(MAKE) --no-print-directory -s both
	@eval "$$(LUA_NAME=luajit BUILD=build/luajit sh spec/support/env.sh)" && \
	  LUA=luajit PORT=$(PORT) sh examples/nginx/run.sh

fleet-example:
	$(DEPS) fleet
	@$(MAKE) --no-print-directory -s both
	@eval "$$(LUA_NAME=luajit BUILD=build/luajit sh spec/support/env.sh)" && LUA=luajit sh examples/fleet/run.sh

test:
	$(DEPS) test
	$(RUN) suite nginx -- $(SPECS)

check:
	$(DEPS) check
	$(RUN) static suite nginx -- $(SPECS)

check-quick:
	$(DEPS) check
	$(RUN) static

FUZZ_SECONDS ?= 60
check-deep:
	$(DEPS) deep
	@MAKE="$(MAKE)" FUZZ_SECONDS=$(FUZZ_SECONDS) sh spec/support/run.sh \
	  asan tsan gc chaos memerr valgrind fuzz -- $(SPECS)

check-ports:
	$(DEPS) ports
	$(RUN) ports lua53 -- $(SPECS)

check-bare:
	$(RUN) bare

soak:
	$(DEPS) test
	@MAKE="$(MAKE)" sh bench/soak/run.sh

bench-json: both
	@sh bench/json/run.sh

bench-nginx: both
	@sh bench/nginx/run.sh

generate: all
	@eval "$$($(ENV))" && $(LUA) docs/generate.lua

rock-check:
	$(DEPS) rock
	$(RUN) rock

deb:
	$(DEPS) deb
	@sh spec/support/deb.sh

clean:
	rm -rf build
