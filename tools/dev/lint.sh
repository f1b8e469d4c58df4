# shellcheck shell=bash
# ./dev lint: format, house rules (tools/lint.sh), scripts, and cppcheck on what has changed.

dev_lint() {
	local status=0 files
	need_packages lint
	mapfile -t files < <(git -C "$ROOT" ls-files 'src/*.c' 'src/*.h' 'tools/*.c' 'tools/*.h' \
		'tests/*.c' 'tests/*.h')
	step "Format (${#files[@]} files)"
	if ! clang-format --dry-run -Werror "${files[@]}" 2>&1 | lint_format_names >&2; then
		warn "clang-format -i FILE puts a file in order."
		status=1
	fi
	step "House rules"
	"$ROOT/tools/lint.sh" >&2 || status=1
	step "Scripts"
	mapfile -t files < <(git -C "$ROOT" ls-files '*.sh' dev .ci/run tools/dev/with-server)
	shellcheck -x "${files[@]}" >&2 || status=1
	lint_cppcheck || status=1
	[ "$status" -eq 0 ] && say "Nothing to complain about."
	return "$status"
}

# One line a file, however much is out of order in it.
lint_format_names() {
	awk -F: '/clang-format-violations/ { n[$1]++; at[$1] = at[$1] ? at[$1] : $2 }
		END { for (f in n) printf "%s:%s: %d places\n", f, at[f], n[f] }' | sort
}

# Only files that differ from the last commit or were in it: quick, and still before it is shared.
lint_cppcheck() {
	local files
	mapfile -t files < <(cd "$ROOT" && {
		git diff --name-only HEAD -- '*.c'
		git diff --name-only HEAD~1 HEAD -- '*.c' 2>/dev/null
	} | sort -u | while read -r f; do [ ! -f "$f" ] || printf '%s\n' "$f"; done)
	[ ${#files[@]} -gt 0 ] || return 0
	step "cppcheck (${#files[@]} changed files)"
	(cd "$ROOT" && cppcheck --quiet --enable=warning,portability --inline-suppr -I src \
		--suppress=missingIncludeSystem --suppress=syntaxError --suppress=unknownMacro \
		--error-exitcode=1 -j2 "${files[@]}") >&2
}
