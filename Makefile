# wp502: make demo and make test are the two commands of a fresh machine.
#
#   make deps         install, through apt, what building and testing need
#   make              build ./wp502
#   make demo         walk through a recorded outage
#   make test         everything that must hold
#   make check        layers, sizes, warnings, banned functions
#   make lab          real servers to break (see tests/lab/README.md)
#   make drills       record the drills anew, from lab servers
#   make lab-matrix   injected faults against named causes
#   make bench fuzz install clean
#
# DEV=1 turns warnings into errors; SAN=address,undefined builds with sanitizers;
# CC=clang builds with clang.

VERSION := 0.1.0
PREFIX ?= /usr/local
SAN ?=
DEV ?=
comma := ,
BUILD := build$(if $(SAN),-$(subst $(comma),-,$(SAN)))$(if $(filter clang%,$(CC)),-clang)

LIBS := libuv libcurl libssh2 ncursesw jansson libpcre2-8 sqlite3 libzstd
DEBS := build-essential pkg-config libuv1-dev libcurl4-openssl-dev libssh2-1-dev \
	libncurses-dev libjansson-dev libpcre2-dev libinih-dev libsqlite3-dev libzstd-dev \
	libcmocka-dev scdoc openssh-client openssh-server universal-ctags valgrind clang \
	curl jq tmux git ca-certificates
HAVE_LIBS := $(shell pkg-config --exists $(LIBS) inih cmocka 2>/dev/null && echo yes)

PKG_CFLAGS := $(if $(HAVE_LIBS),$(shell pkg-config --cflags $(LIBS) inih))
PKG_LIBS := $(if $(HAVE_LIBS),$(shell pkg-config --libs $(LIBS) inih))

WARN := -Wall -Wextra -Wpedantic -Wdeclaration-after-statement -Wmissing-prototypes \
	-Wold-style-definition -Wpointer-arith -Wstrict-prototypes -Wvla -Wwrite-strings \
	-Wformat=2 -Wno-format-nonliteral -Wshadow -Wundef -Wno-overlength-strings
CFLAGS ?= -O2 -g
ALL_CFLAGS := -std=c11 -D_GNU_SOURCE -I. -Isrc -I$(BUILD) $(WARN) $(if $(DEV),-Werror) \
	-DWP502_VERSION='"$(VERSION)"' -DWP502_DATADIR='"$(PREFIX)/share/wp502"' \
	-fstack-protector-strong $(if $(SAN),-fsanitize=$(SAN) -fno-omit-frame-pointer,-D_FORTIFY_SOURCE=2) \
	$(PKG_CFLAGS) $(CFLAGS)
ALL_LDFLAGS := $(if $(SAN),-fsanitize=$(SAN)) $(LDFLAGS)

SOURCES := $(filter-out src/main.c,$(shell find src probes ui -name '*.c' | sort))
SCRIPTS := $(shell find probes -name '*.sh' | sort)
OBJECTS := $(SOURCES:%.c=$(BUILD)/%.o) $(SCRIPTS:%.sh=$(BUILD)/%.sh.o)
UNIT := $(sort $(wildcard tests/unit/test_*.c))
UNIT_BIN := $(UNIT:tests/unit/%.c=$(BUILD)/unit/%)
PROGRAM := $(if $(filter build,$(BUILD)),wp502,$(BUILD)/wp502)

.PHONY: all deps demo test golden check check-layers unit unit-build e2e lab lab-matrix drills bench fuzz docs install clean
.SECONDARY:
.DELETE_ON_ERROR:

all: $(if $(HAVE_LIBS),$(PROGRAM),need-deps)

need-deps:
	@echo 'wp502: libraries are missing; run: make deps   (or: apt-get install $(DEBS))' >&2
	@exit 2

deps:
	@tests/deps.sh $(DEBS)

$(PROGRAM): $(BUILD)/src/main.o $(BUILD)/libwp502.a
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS)

$(BUILD)/libwp502.a: $(OBJECTS)
	@rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# A collector's text becomes a byte array; comment lines stay here.
$(BUILD)/%.sh.c: %.sh Makefile
	@mkdir -p $(@D)
	@{ printf 'extern const char %s[];\nconst char %s[] = {\n' \
		$(subst /,_,$*)_sh $(subst /,_,$*)_sh; \
	   sed -e '/^[[:space:]]*#/d' -e 's/^[[:space:]]*//' -e '/^$$/d' $< | \
	   od -An -v -tx1 | sed -e 's/ \(..\)/0x\1,/g'; printf '0};\n'; } > $@

$(BUILD)/%.sh.o: $(BUILD)/%.sh.c
	$(CC) -std=c11 -c -o $@ $<

$(BUILD)/unit/%: $(BUILD)/tests/unit/%.o $(BUILD)/libwp502.a
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS) -lcmocka

unit: $(UNIT_BIN)
	@tests/run.sh unit $(UNIT_BIN)

ifeq ($(HAVE_LIBS),yes)
demo: $(PROGRAM)
	WP502_DRILLS=tests/drills $(if $(filter build,$(BUILD)),./wp502,$(PROGRAM)) drill fpm-stopped

test: $(PROGRAM) $(UNIT_BIN)
	@tests/run.sh all $(UNIT_BIN)
else
demo test:
	@$(MAKE) --no-print-directory deps
	@$(MAKE) --no-print-directory $@
endif

# Screens are compared as text; this writes them anew, to be reviewed as a diff.
golden: $(BUILD)/unit/test_ui_golden
	UPDATE_GOLDEN=1 $<

e2e: $(PROGRAM)
	@tests/run.sh e2e

# Its own directory: what was compiled without -Werror must not pass for checked.
check: check-layers
	@tests/check/size.sh
	@tests/check/banned.sh
	@$(MAKE) --no-print-directory DEV=1 BUILD=build-dev all unit-build
	@WP502=build-dev/wp502 tests/check/docs.sh

unit-build: $(UNIT_BIN)

check-layers:
	@tests/check/layers.sh

lab:
	@tests/lab/lab base

lab-matrix: $(PROGRAM)
	@tests/lab/lab matrix

drills: $(PROGRAM)
	@tests/drills/make $(DRILL)

bench: $(PROGRAM)
	@tests/bench/run.sh

fuzz:
	@tests/fuzz/run.sh

install: all
	install -D -m 755 wp502 $(DESTDIR)$(PREFIX)/bin/wp502
	cd tests/drills && for f in */script */*.events.zst; do \
		install -D -m 644 $$f $(DESTDIR)$(PREFIX)/share/wp502/drills/$$f || exit 1; done

clean:
	rm -rf build build-* wp502

-include $(shell find $(BUILD) -name "*.d" 2>/dev/null)
