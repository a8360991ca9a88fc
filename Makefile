# Every command here sets the environment up first if that is still to be done, and works
# without activating anything. `make help` lists the targets.
# 每条命令都会先自动准备运行环境（只做一次），不需要手工激活。`make help` 查看全部命令。

YEAR ?= 2016

# Python 3.11 or newer; the first one that really starts (a version manager leaves commands on
# the path that only print an error).
WANTED := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for p in python3.14 python3.13 python3.12 python3.11 python3; do \
	"$$p" -c '$(WANTED)' >/dev/null 2>&1 && { echo "$$p"; break; }; done)

BIN := .venv/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check

# Names of files and what is printed are UTF-8, whatever the locale.
export PYTHONUTF8 := 1
# A service's account may have a home that isn't there: what Jupyter and others keep goes here.
ifneq ($(shell test -w "$$HOME" || echo none),)
export HOME := $(CURDIR)/.venv/home
endif

# Without a network: WHEELS=folder, filled by `make wheels` on a machine that has one.
FROM = $(if $(WHEELS),--no-index --find-links "$(WHEELS)")
LOCK ?= requirements.lock

# A virtual environment holds its own path: in a copied or moved tree its commands would quietly
# run the old tree's. The stamps carry a sum of the path, so such a tree is set up again.
HERE := $(shell pwd | cksum | cut -d ' ' -f 1)
MADE := .venv/.made-$(HERE)
# What running needs; what developers need besides.
READY := .venv/.ready-$(HERE)
DEV := .venv/.dev-$(HERE)

.DEFAULT_GOAL := help
.PHONY: help setup report test lab lint lock wheels clean
.DELETE_ON_ERROR:

help:  ## this list | 本列表
	@sed -n 's/^\([a-z]*\):.*## */  make \1|/p' Makefile | \
		while IFS='|' read -r name english chinese; do \
			printf '%-14s%s |%s\n' "$$name" "$$english" "$$chinese"; done

# Without a network: make setup WHEELS=folder (the same for report, lab, test and lint)
setup: $(READY)  ## make or refresh .venv; does nothing when all is in place | 准备运行环境

# Other formats: make report TO=html,pdf,docx
report: $(READY)  ## compute and publish all reports of YEAR (default 2016) | 生成 YEAR 年全部报告
	@$(BIN)/govnb batch $(YEAR) $(if $(TO),--to $(TO))

# One after the other, as for a debugger: make test ARGS="-n 0 --pdb tests/text"
test: $(DEV)  ## run the tests, on all cores | 运行测试
	@$(BIN)/python -m pytest -n auto --dist loadgroup $(ARGS)

lab: $(READY)  ## open the start page in JupyterLab | 打开 JupyterLab 的开始页
	@$(BIN)/govnb lab

lint: $(DEV)  ## style, format and types | 检查代码风格与类型
	@failed=0; \
	$(BIN)/ruff check . || failed=1; \
	$(BIN)/ruff format --check . || failed=1; \
	$(BIN)/mypy || failed=1; \
	exit $$failed

# Existing pins stay unless asked: make lock UPGRADE=--upgrade
lock: $(DEV)  ## write requirements*.lock anew from pyproject.toml | 更新依赖锁定文件
	@$(COMPILE) --all-extras --output-file requirements-dev.lock
	@$(COMPILE) --constraint requirements-dev.lock --no-annotate --output-file requirements.lock
COMPILE = $(BIN)/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"])' | \
	$(BIN)/uv pip compile pyproject.toml - --quiet --universal --python-version 3.11 \
	--no-emit-index-url --custom-compile-command 'make lock' $(UPGRADE)

# For the same system and Python as here. What developers need too: make wheels LOCK=requirements-dev.lock
wheels: $(MADE)  ## fill the folder WHEELS (default wheels), to set up without a network | 下载安装包，供无网络的机器使用
	@$(PIP) wheel --no-deps --requirement $(LOCK) --wheel-dir "$(or $(WHEELS),wheels)"
	@echo 'Filled; now, where there is no network: make setup WHEELS=$(or $(WHEELS),wheels) | 已备好'

clean:  ## remove outputs and caches, keep .venv | 删除输出与缓存，保留 .venv
	@find outputs -mindepth 1 -maxdepth 1 ! -name README.md -exec rm -rf {} +
	@rm -rf .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist
	@find . -path ./.venv -prune -o -path ./.git -prune -o \
		\( -name __pycache__ -o -name .ipynb_checkpoints \) -exec rm -rf {} +

$(MADE):
	@test -n "$(PYTHON)" && "$(PYTHON)" -c '$(WANTED)' || { \
		echo 'govnb needs Python 3.11 or newer, and none was found. Install it, or: make PYTHON=/path/to/python3'; \
		echo '未找到 Python 3.11 或更高版本。请先安装，或指明位置：make PYTHON=/路径/python3'; \
		exit 1; } >&2
	@"$(PYTHON)" -c 'import venv, ensurepip' 2>/dev/null || { \
		echo 'This Python lacks the venv module. On Debian or Ubuntu: sudo apt install python3-venv'; \
		echo '此 Python 缺少 venv 模块。Debian 或 Ubuntu 请执行：sudo apt install python3-venv'; \
		exit 1; } >&2
	@case "$$(pwd)" in *'"'*|*'$$'*|*'`'*|*'\'*) \
		echo "The path of this folder has one of \" \$$ \` \\\\ in it, which commands in .venv cannot bear. Rename the folder." >&2; \
		echo '所在文件夹的路径里有 " $$ ` \ 之一，装好的命令会找不到 Python。请给文件夹改名。' >&2; \
		exit 1; esac
	@echo 'Making .venv … 正在创建运行环境'
	@rm -rf .venv
	@"$(PYTHON)" -m venv .venv
	@touch $@

# The build backend is among the pins, so nothing is fetched outside them. The path to the tree is
# written relative: an absolute one with Chinese in it stops Python where the locale is not UTF-8.
$(READY): $(MADE) requirements.lock pyproject.toml
	@echo 'Installing requirements.lock (a minute or two) … 正在安装依赖，约需一两分钟'
	@$(call installed,--requirement requirements.lock)
	@$(call installed,--no-deps --no-build-isolation --editable .)
	@for there in .venv/lib/python*/site-packages; do echo '../../../..' >"$$there/_govnb.pth"; done
	@mkdir -p .venv/home
	@$(STRIPPED)
	@touch $@

# Opening, running and saving a notebook of notebooks/ leaves no difference in git.
KERNEL := codemirror_mode file_extension mimetype nbconvert_exporter pygments_lexer version
STRIPPED = ! git rev-parse --git-dir >/dev/null 2>&1 || git config filter.nbstripout.clean \
	'.venv/bin/nbstripout --keep-id --extra-keys "$(KERNEL:%=metadata.language_info.%)"'

$(DEV): $(READY) requirements-dev.lock
	@echo 'Installing requirements-dev.lock … 正在安装开发所需'
	@$(call installed,--requirement requirements-dev.lock)
	@touch $@

installed = $(PIP) install $(FROM) $(1) || { \
	echo 'Not everything could be installed, see above. $(if $(WHEELS),$(OTHER),Without a network: make setup WHEELS=folder (see the README).)'; \
	echo '有的包没有装上，原因见上。$(if $(WHEELS),$(OTHER_ZH),没有网络的机器：make setup WHEELS=文件夹（见 README）。)'; \
	exit 1; } >&2
# Wheels are for one system and one Python; between 3.11.2 and 3.11.7 even the pins differ.
OTHER = The wheels must be those of this lock file, made (make wheels) on the same system with the same Python: here '"$$($(BIN)/python -V)"'.
OTHER_ZH = 文件夹要用同一份锁定文件、在系统和 Python 版本都相同的机器上 make wheels 备好；本机是 '"$$($(BIN)/python -V)"'。
