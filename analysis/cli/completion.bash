# Completion of sentinel-sim for bash. It asks the program itself, so there is nothing to keep in step with it.
_sentinel_sim() {
  local program=${COMP_WORDS[0]} command=${COMP_WORDS[1]-}
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} words=
  if [[ $before == --profile ]]; then
    words=$("$program" --version | sed -n 's/^profiles: //p')
  elif ((COMP_CWORD == 1)); then
    words="--help --version $("$program" --help | sed -n 's/^  \([a-z]\+\) .*/\1/p')"
  elif [[ $word == -* ]]; then
    words=$("$program" "$command" --help 2>&1 | sed -n 's/^  \(-h \[ \)\?\(--[a-z-]\+\).*/\2/p')
  fi
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}
complete -o bashdefault -o default -F _sentinel_sim sentinel-sim
