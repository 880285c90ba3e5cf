# The commands of the README, and what they need. Everything else is `aanet`, built by SwiftPM.

# Debian packages: the six libraries, MATLAB files, gnuplot itself, and the C++ headers that the gnuplot bridge needs.
PACKAGES := libopenblas-dev libgnuplot-iostream-dev libjpeg-dev libyaml-dev libmatio-dev libpng-dev zlib1g-dev gnuplot-nox pkg-config g++
AANET := .build/release/aanet
BUILD := swift build --configuration release

# A kernel set forced on OpenBLAS from outside is usually narrower than the processor and halves the speed. The program
# takes the widest that the processor can run; the tests take the same, or another: make test KERNELS=Haswell.
unexport OPENBLAS_CORETYPE

.PHONY: arm64 events mpi portable quickstart methods sample sample-cues records settings test build fuzz sanitize packages sweep clean

quickstart: build
	@$(AANET) data make synthetic-duke
	@$(AANET) run quickstart/table3
	@$(AANET) figures 'quickstart/table3/Lg+Lp+La+Laa uncertainty/1'
	@$(AANET) report paper
	@$(AANET) explore quickstart/table3 --best

# The page of the methods, with parity measured on the cases among the tests.
methods: build
	@mkdir -p reports/_out
	-@$(AANET) parity Tests/ProofsTests/Fixtures/methods --format json > reports/_out/parity.json
	@$(AANET) report methods

# The rendered report that the README shows, anew from the study's runs on disk, or with RUNS=reports/records from their
# published records, which have no pictures; and what exact joints and labels are worth, of studies/cue-noise.
RUNS := runs
sample: build
	@$(AANET) report paper --from study --all-seeds --runs $(RUNS)
	@rm -f reports/sample/paper.md reports/sample/claims-*.svg reports/sample/table?-*
	@cd reports/_out/paper-study && cp paper.md *.svg *.jpg ../../sample/
sample-cues: build
	@$(AANET) report cues --runs $(RUNS)
	@cd reports/_out/cues && cp cues.md *.svg ../../sample/

# The records of the study's finished runs, and of those that say what bfloat16 costs, which are published: no weights, some
# 100 kB a run.
records: build
	@$(AANET) runs export --to records reports/records study quickstart/table3 studies/precision

# The table of all settings, anew under its page's overview, from the lists of keys that they are read with.
SETTINGS := Sources/aanet/aanet.docc/Settings.md
settings: build
	@{ sed '/^| setting |/,$$d' $(SETTINGS); $(AANET) show --keys; } > $(SETTINGS).new && mv $(SETTINGS).new $(SETTINGS)

# TensorBoard's messages in Swift, anew from the descriptions that its package on PyPI carries: for a new version of them
# or of SwiftProtobuf, whose generator is built first.
EVENTS := Sources/Viewers/TensorBoard/Messages
events:
	@$(MAKE) --no-print-directory packages PACKAGES='protobuf-compiler python3-venv'
	@python3 -m venv .build/events && .build/events/bin/pip install --quiet tensorboard==2.21.0
	@swift package resolve && swift build --configuration release --package-path .build/checkouts/swift-protobuf \
	  --scratch-path .build/protoc-gen-swift --product protoc-gen-swift
	@mkdir -p $(EVENTS) && protoc --plugin=.build/protoc-gen-swift/release/protoc-gen-swift --swift_out=$(EVENTS) \
	  --swift_opt=FileNaming=DropPath --descriptor_set_in=.build/events/descriptions \
	  $$(.build/events/bin/python Tests/Viewers/describe_events.py .build/events/descriptions)

test: packages sweep
	@swift build --configuration release --build-tests
	@OPENBLAS_CORETYPE=$${KERNELS:-$$($(AANET) bench kernels)} swift test --configuration release --skip-build

# make fuzz KIND=yaml SECONDS=600: feeds damaged input of one kind (Tests/Fuzz); what is found lies in .build/fuzz-found.
KIND ?=
SECONDS ?= 60
fuzz: packages sweep
	@Tests/Fuzz/run.sh "$(KIND)" "$(SECONDS)"

# make sanitize KIND=address (or thread, undefined): the tests of the engine and of all that calls C, under a sanitizer,
# in a build of their own.
sanitize: packages sweep
	@Tests/Sanitizers/run.sh "$(KIND)"

build: packages sweep
	@$(BUILD) --product aanet

# The bridge to MPI, beside the program, with the mpicc of the MPI whose mpirun or srun starts it: make mpi MPICC=/opt/mpi/bin/mpicc.
MPICC ?= mpicc
mpi:
	@mkdir -p $(dir $(AANET))
	@$(MPICC) -O2 -Wall -Wextra -shared -fPIC Sources/MPIBridge/aanet_mpi.c -o $(dir $(AANET))libaanet_mpi.so

# A program for a cluster of several ages, in .build/portable: one build for each level of x86-64 side by side, the lowest
# under the plain name, which starts the highest that the processor can run. Swift's own libraries are inside. Each level
# keeps a build folder of its own.
PORTABLE := .build/portable
portable: packages sweep
	@mkdir -p $(PORTABLE)
	@for level in v3 v4; do \
	  AANET_LEVEL=$$level $(BUILD) --product aanet --static-swift-stdlib --scratch-path .build/$$level && \
	  install .build/$$level/release/aanet $(PORTABLE)/aanet-$$level.new || exit 1; \
	done
	@mv $(PORTABLE)/aanet-v4.new $(PORTABLE)/aanet-v4 && mv $(PORTABLE)/aanet-v3.new $(PORTABLE)/aanet

# Whether the C of the project compiles for 64-bit ARM, with Debian's cross compilers. Of the libraries it needs headers
# that are the same for both.
ARM64 := .build/arm64
ARM64_FLAGS := -O2 -Wall -Wextra -Werror -I$(ARM64)/include
arm64:
	@$(MAKE) --no-print-directory packages PACKAGES='gcc-aarch64-linux-gnu g++-aarch64-linux-gnu libjpeg-dev libgnuplot-iostream-dev libopenmpi-dev'
	@rm -rf $(ARM64) && mkdir -p $(ARM64)/include
	@cd /usr/include && ln -st $(CURDIR)/$(ARM64)/include $$(ls -d $$PWD/jpeglib.h $$PWD/jmorecfg.h $$PWD/jerror.h \
	  $$PWD/*-linux-gnu/jconfig.h $$PWD/boost $$PWD/gnuplot-iostream.h)
	@for source in Sources/Kernels/*.c Sources/JPEGBridge/*.c Sources/MPIBridge/*.c Sources/GnuplotBridge/*.cpp; do \
	  case $$source in \
	    *.cpp) compiler='aarch64-linux-gnu-g++ -std=c++17' ;; \
	    */MPIBridge/*) compiler="aarch64-linux-gnu-gcc $$(mpicc.openmpi --showme:compile)" ;; \
	    *) compiler=aarch64-linux-gnu-gcc ;; \
	  esac; \
	  $$compiler $(ARM64_FLAGS) -I$$(dirname $$source)/include -c $$source -o $(ARM64)/$$(basename $$source).o || exit 1; \
	  echo "$$source: compiled for aarch64"; \
	done

# Only what is missing is installed, so that a machine that has everything needs neither root nor a network.
packages:
	@missing=$$(for name in $(PACKAGES); do \
	  dpkg-query --show --showformat='$${db:Status-Status}\n' $$name 2>/dev/null | grep -qx installed || echo $$name; \
	done); \
	if [ -n "$$missing" ]; then \
	  as_root=$$([ $$(id -u) -eq 0 ] || echo sudo); \
	  echo "installing:" $$missing; \
	  $$as_root apt-get update --quiet --quiet && \
	  DEBIAN_FRONTEND=noninteractive $$as_root apt-get install --quiet --yes --no-install-recommends $$missing; \
	fi

# Every call of Swift's package manager leaves half a dozen folders in TMPDIR that hold an empty .keep-directory and
# nothing else. Those that have lain for an hour are nobody's any more.
sweep:
	@find "$${TMPDIR:-/tmp}" -ignore_readdir_race -maxdepth 1 -type d -name 'TemporaryDirectory.??????' -user "$$(id -un)" -mmin +60 -exec \
	  sh -c '[ "$$(ls -A "$$1")" = .keep-directory ] && rm "$$1/.keep-directory" && rmdir "$$1"' sweep {} \;

clean:
	@rm -rf .build reports/_out
