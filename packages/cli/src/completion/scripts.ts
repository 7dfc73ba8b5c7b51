import { InputError, nearest } from '@kv/core';

/**
 * Scripts that ask `kv complete` for what may come next, one line each: the word, a tab, its meaning; `:files` as the
 * last line where a file may stand there too. They pass on what is typed as it is and evaluate none of it.
 *
 * - bash: Programmable Completion (GNU Bash manual, 8.6), 3.2 and later. Readline breaks words at `=` and `:`, so the
 *   line is split at blanks here, and the part of a word before such a break is taken off again.
 * - zsh: `_describe` (zshcompsys, 5.0 and later). - fish: `complete` with a command substitution, 3.0 and later.
 */
const SCRIPTS = {
  bash: `# Completion of kv for bash.
_kv() {
  local line=\${COMP_LINE:0:COMP_POINT} words current broken word meaning files=
  read -ra words <<< "$line"
  [[ $line == *[[:space:]] ]] && words+=('')
  current=\${words[\${#words[@]} - 1]}
  broken=\${current%"\${current##*[=:]}"}
  COMPREPLY=()
  while IFS=$'\\t' read -r word meaning; do
    if [[ $word == :files ]]; then
      files=yes
    else
      COMPREPLY+=("\${word#"$broken"}")
    fi
  done < <(kv complete -- "\${words[@]:1}" 2> /dev/null)
  [[ $files == yes ]] || compopt +o default 2> /dev/null
}
complete -o default -F _kv kv
`,
  zsh: `#compdef kv
# Completion of kv for zsh.
_kv() {
  local word meaning files=
  local -a found
  while IFS=$'\\t' read -r word meaning; do
    if [[ $word == :files ]]; then
      files=yes
    else
      found+=("\${word//:/\\\\:}\${meaning:+:$meaning}")
    fi
  done < <(kv complete -- "\${(@)words[2,CURRENT]}" 2> /dev/null)
  _describe kv found || { [[ $files == yes ]] && _files }
}
if [[ $funcstack[1] == _kv ]]; then
  _kv "$@"
else
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
  compdef _kv kv
fi
`,
  fish: `# Completion of kv for fish.
function __kv_complete
    set -l words (commandline --current-process --tokenize --cut-at-cursor) (commandline --current-token --cut-at-cursor)
    set -l found (kv complete -- $words[2..-1] 2>/dev/null)
    if test "$found[-1]" = :files
        set -e found[-1]
        test (count $found) -eq 0; and __fish_complete_path (commandline --current-token)
    end
    printf '%s\\n' $found
end
complete --command kv --no-files --arguments '(__kv_complete)'
`,
} as const;

const SHELLS = Object.keys(SCRIPTS) as readonly (keyof typeof SCRIPTS)[];

/**
 * The completion script for a shell.
 *
 * @throws InputError for a shell that there is none for.
 */
export function completionScript(shell: string): string {
  const known = SHELLS.find((name) => name === shell);
  if (known === undefined) {
    const guess = nearest(shell, SHELLS);
    throw new InputError(
      `Unknown shell "${shell}"${guess === undefined ? '' : `; did you mean ${guess}?`} Known: ${SHELLS.join(', ')}.`,
    );
  }
  return SCRIPTS[known];
}
