# What may follow `wardroom` in a member's shell.

_wardroom_words() {
	local IFS=$'\n'
	COMPREPLY=($(compgen -W "$1" -- "$2"))
}

_wardroom_files() {
	local IFS=$'\n'
	compopt -o filenames
	COMPREPLY=($(compgen -f -- "$1"))
}

_wardroom_names() {
	local f
	for f in /data/*.parquet; do
		[ -e "$f" ] || continue
		f=${f##*/}
		printf '%s\n' "${f%.parquet}"
	done
}

_wardroom_tables() {
	_wardroom_words "$(_wardroom_names)" "$1"
	compopt -o filenames
	COMPREPLY+=($(compgen -f -X '!*.csv' -- "$1"))
}

_wardroom() {
	local now=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
	local all=$'status\nwho\ndictionary\nask\nsubmit\ntable\nairlock\ninstall\npackages\nexits\nversion\nhelp'
	COMPREPLY=()
	if [ "$COMP_CWORD" -eq 1 ]; then
		_wardroom_words "$all" "$now"
		return
	fi
	case ${COMP_WORDS[1]} in
	submit) _wardroom_files "$now" ;;
	dictionary | ask) [ "$COMP_CWORD" -gt 2 ] || _wardroom_words "$(_wardroom_names)" "$now" ;;
	help) _wardroom_words "$all" "$now" ;;
	install) [ "$COMP_CWORD" -gt 2 ] || _wardroom_words $'apt\npip\nnpm\nr' "$now" ;;
	airlock)
		if [ "$COMP_CWORD" -eq 2 ]; then
			_wardroom_words $'add\nlist\nseal' "$now"
		elif [ "$before" = --as ]; then
			_wardroom_words $'output\nsupporting\ncode' "$now"
		elif [[ $now == -* ]]; then
			_wardroom_words '--as' "$now"
		else
			_wardroom_files "$now"
		fi
		;;
	table)
		case $before in
		--value) _wardroom_words $'count\nmean\nsum\nmedian\nshare' "$now" ;;
		--round) _wardroom_words $'5\n6\n10' "$now" ;;
		--out) _wardroom_files "$now" ;;
		--rows | --columns | --where | --min) ;;
		*)
			if [[ $now == -* ]]; then
				_wardroom_words $'--rows\n--columns\n--value\n--where\n--min\n--round\n--out' "$now"
			else
				_wardroom_tables "$now"
			fi
			;;
		esac
		;;
	esac
}
complete -F _wardroom wardroom
