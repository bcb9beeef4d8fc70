/* eslint-disable no-template-curly-in-string */
import { quote } from './shell-quote.ts'

/**
 * Shells by how they keep and restore what a block leaves; `sh` is any POSIX shell. A state begins with a part that all
 * of them understand; what only its own family does follows behind a guard.
 */
export type ShellFamily = 'bash' | 'zsh' | 'sh'

/** Where a block leaves its state: in a file, or in a string that terminals do not show and no log keeps. */
export type Sink = { file: string } | 'terminal'

/** Variables that belong to one block, to the shell's own process, or to the session. */
const PROCESS = ['_', 'SHLVL', 'PWD', 'OLDPWD', 'PPID', 'LINENO', 'OPTIND', 'OPTERR', 'RANDOM', 'SECONDS', 'TERM', 'COLUMNS', 'LINES', 'IFS', '_kb_*', 'KAMISHIBAI_*']
/** Variables of bash that cannot be set, or mean nothing to another bash. */
const BASH = ['BASH*', 'DIRSTACK', 'EPOCHREALTIME', 'EPOCHSECONDS', 'EUID', 'FUNCNAME', 'GROUPS', 'HISTCMD', 'HOSTTYPE', 'MACHTYPE', 'OSTYPE', 'PIPESTATUS', 'SHELLOPTS', 'SRANDOM', 'UID']
/** Options that a block or a program that reads keys sets for itself. */
const OPTIONS = ['errexit', 'errtrace', 'interactive', 'monitor', 'stdin', 'history', 'histexpand', 'emacs', 'vi', 'onecmd', 'noexec', 'xtrace', 'verbose']
/** Parameters of zsh that are special and that people set. */
const ZSH_SPECIAL = ['PATH', 'HOME', 'CDPATH', 'FPATH', 'MANPATH', 'LANG', 'LC_ALL', 'LC_CTYPE', 'WORDCHARS', 'NULLCMD', 'READNULLCMD']
const ZSH_OPTIONS = ['errexit', 'errreturn', 'interactive', 'shinstdin', 'singlecommand', 'privileged', 'restricted', 'login', 'monitor', 'zle', 'exec', 'rcs', 'globalrcs', 'emacs', 'vi', 'histexpand', 'banghist', 'promptsp', 'promptcr', 'xtrace', 'verbose']

/** Ends the portable part of a state for every shell that did not write it; a `.` that restores it returns here. */
const GUARD: Record<'bash' | 'zsh', string> = {
  bash: '[ -n "${BASH_VERSION-}" ] || return 0',
  zsh: '[ -n "${ZSH_VERSION-}" ] || return 0',
}

/** Prints `export NAME='value'` for the exported names in `_kb_e`, as any shell reads it. */
const EXPORTS = {
  bash: `for _kb_n in $(\\builtin compgen -e); do case $_kb_n in ${[...PROCESS, ...BASH].join('|')}) ;; *) _kb_x=\${!_kb_n}; \\builtin printf "export %s='%s'\\n" "$_kb_n" "\${_kb_x//\\'/$_kb_q}";; esac; done`,
  zsh: `for _kb_n in \${(k)parameters[(R)*export*]}; do case $_kb_n in ${PROCESS.join('|')}) ;; *) builtin print -r -- "export $_kb_n='\${\${(P)_kb_n}//\\'/$_kb_q}'";; esac; done`,
}

const BASH_SAVE = `
\\builtin printf 'umask %s\\n' "$_kb_m"
\\builtin printf "cd -- '%s' 2>/dev/null && OLDPWD='%s'\\n" "\${PWD//\\'/$_kb_q}" "\${OLDPWD//\\'/$_kb_q}"
${EXPORTS.bash}
\\builtin alias -p
\\builtin printf '%s\\n' ${quote(GUARD.bash)} "$_kb_h" "$_kb_i"
while IFS= \\builtin read -r _kb_n; do case $_kb_n in ${OPTIONS.map(name => `*' ${name}'`).join('|')}) ;; *) \\builtin printf '%s\\n' "$_kb_n";; esac; done <<<"$_kb_o"
_kb_v=(); for _kb_n in $(\\builtin compgen -v); do case $_kb_n in ${[...PROCESS, ...BASH].join('|')}) ;; *) _kb_v+=("$_kb_n");; esac; done
\\builtin declare -p "\${_kb_v[@]}"
\\builtin declare -f
\\builtin declare -Fx`

const ZSH_SAVE = `
builtin print -r -- "umask $_kb_m"
builtin print -r -- "cd -- '\${PWD//\\'/$_kb_q}' 2>/dev/null && OLDPWD='\${OLDPWD//\\'/$_kb_q}'"
${EXPORTS.zsh}
builtin alias -rL
builtin print -r -- ${quote(GUARD.zsh)}
builtin alias -gL; builtin alias -sL
for _kb_n _kb_x in "\${_kb_o[@]}"; do case $_kb_n in ${ZSH_OPTIONS.join('|')}) ;; *) [[ $_kb_x = on ]] && builtin print setopt $_kb_n || builtin print unsetopt $_kb_n;; esac; done
builtin print -r -- "$_kb_i"
for _kb_n in \${(k)parameters}; do case $_kb_n in ${PROCESS.join('|')}) continue;; ${ZSH_SPECIAL.join('|')}) ;; *) case $parameters[$_kb_n] in *special*|*hide*) continue;; esac;; esac; builtin typeset -p -- $_kb_n; done
builtin functions`

/** Options come last: a shell that has no such one reads no further. */
const SH_SAVE = `
printf 'umask %s\\n' "$_kb_m"
{ unset _kb_o; set; export -p; readonly -p; } | while IFS= read -r _kb_n; do case $_kb_n in PWD=*) printf 'cd %s 2>/dev/null\\n' "\${_kb_n#PWD=}";; ${PROCESS.filter(name => name !== 'IFS').flatMap(name => [`${name}=*`, `'export '${name}=*`, `'export '${name}`]).join('|')}) ;; *) printf '%s\\n' "$_kb_n";; esac; done
alias | while IFS= read -r _kb_n; do case $_kb_n in 'alias '*) printf '%s\\n' "$_kb_n";; *) printf 'alias %s\\n' "$_kb_n";; esac; done
printf '%s\\n' "$_kb_o" | while IFS= read -r _kb_n; do case $_kb_n in ${OPTIONS.map(name => `*' ${name}'`).join('|')}) ;; 'set '*) printf '%s\\n' "$_kb_n";; esac; done`

/** Takes note of how the block ended, and makes the shell quiet and plain for the saving. */
const NOTE: Record<ShellFamily, string> = {
  bash: `{ _kb_s=$? _kb_o=$(\\builtin set +o) _kb_h=$(\\builtin shopt -p) _kb_i=$(\\builtin declare -p IFS) _kb_m=$(\\builtin umask) _kb_q="'\\\\''"; \\builtin set +eEuxvf; \\builtin set +o posix; \\builtin trap - ERR DEBUG RETURN; \\builtin shopt -u nocasematch; IFS=$' \\t\\n'; } 2>/dev/null`,
  zsh: `{ _kb_s=$? _kb_w=($pipestatus) _kb_t=$- _kb_o=("\${(@kv)options}") _kb_i=$(builtin typeset -p IFS) _kb_m=$(builtin umask) _kb_q="'\\\\''"; builtin emulate zsh; builtin setopt no_xtrace no_verbose no_unset no_err_exit extended_glob no_aliases; builtin unsetopt no_unset; builtin trap - ZERR DEBUG; } 2>/dev/null`,
  sh: `{ _kb_s=$?; _kb_t=$-; _kb_o=$(set +o); _kb_m=$(umask); set +eux; set +v; } 2>/dev/null`,
}
/** What a shell told of its commands it tells again, once its prelude is over. */
const TOLD: Record<ShellFamily, string> = {
  bash: `case $_kb_o in *'-o xtrace'*) \\builtin echo _kb_t=x;; esac`,
  zsh: 'case $_kb_t in *x*) builtin echo _kb_t=x;; esac',
  sh: `case $_kb_t in *x*) echo _kb_t=x;; esac`,
}
const SAVE: Record<ShellFamily, string> = { bash: BASH_SAVE, zsh: ZSH_SAVE, sh: SH_SAVE }

/** The loop of a zsh over what became of the parts of a pipeline. */
const ZSH_PIPE = `while (( $#_kb_w > 1 )); do case $_kb_w[1] in 0|141) shift _kb_w;; *) printf "\\033_kamishibai pipe %s %s\\033\\\\" $_kb_c $_kb_w[1] >/dev/tty; break;; esac; done`

/**
 * Tells a command that failed before the end of a pipeline: the shell goes on. A reader that had enough is no failure.
 */
const PIPES: Partial<Record<ShellFamily, string>> = {
  bash: `trap '_kb_w=("\${PIPESTATUS[@]}"); while [ \${#_kb_w[@]} -gt 1 ]; do case \${_kb_w[0]} in 0|141) _kb_w=("\${_kb_w[@]:1}");; *) printf "\\033_kamishibai pipe %s %s\\033\\\\" "$_kb_c" "\${_kb_w[0]}" >/dev/tty; break;; esac; done; _kb_c=$LINENO' DEBUG`,
  zsh: `trap '_kb_w=($pipestatus); ${ZSH_PIPE}; _kb_c=\${\${\${funcfiletrace[-1]-}##*:}:-$LINENO}' DEBUG`,
}

/** The trap of a block's end. */
function leave(family: ShellFamily, sink: Sink): string {
  const told = `if [ "\${_kb_l:-}" ] && [ "$_kb_s" != 0 ]; then printf '\\033_kamishibai line %s\\033\\\\' "$_kb_l"; fi`
  const save = sink === 'terminal'
    ? `{ printf '\\033_kamishibai state '; { ${TOLD[family]}\n${SAVE[family]}\n} 2>/dev/null | tr '\\033' '\\001'; printf '\\033\\\\'; }`
    : `(umask 077; rm -f ${quote(sink.file)}; { ${TOLD[family]}\n${SAVE[family]}\n} >${family === 'sh' ? '' : '|'}${quote(sink.file)} 2>/dev/null); printf '\\033_kamishibai left\\033\\\\'`
  // A zsh does not come to its trap once more behind the last pipeline.
  const last = family === 'zsh' ? `\n[[ -z "\${_kb_c-}" ]] || { ${ZSH_PIPE}; }` : ''
  return `${NOTE[family]}${last}\n{ ${told}; ${save}; } >/dev/tty 2>/dev/null`
}

export interface PreludeOptions {
  family: ShellFamily
  /** Restores what the block before left. */
  restore: string
  /** Names of variables that are the session's own: a state never sets them. */
  own: Record<string, string | undefined>
  /** Folders of the session at the end of PATH. */
  folders: string[]
  sink: Sink
  /** Whether the block goes on after a command that failed. */
  keepGoing: boolean
  /** Whether to look at the pipelines of the block. */
  pipes?: boolean
  /** Whether somebody types at the shell. */
  interactive?: boolean
  /** Whether a bash stands for `sh`. */
  posix?: boolean
}

/** What a shell reads before a block: the state, and how the block ends. */
export function preludeOf({
  family,
  restore,
  own,
  folders,
  sink,
  keepGoing,
  pipes,
  interactive,
  posix,
}: PreludeOptions): string {
  const errors = {
    bash: `trap '_kb_l=$LINENO' ERR; set -eE`,
    zsh: `trap '_kb_l=\${\${funcfiletrace[-1]##*:}:-$LINENO}; printf "\\033_kamishibai line %s\\033\\\\" $_kb_l >/dev/tty' ZERR; setopt err_exit`,
    sh: 'set -e',
  }
  return [
    'unset BASH_ENV ENV ZDOTDIR',
    // A dash that is to read this is started as an interactive one.
    ...(family === 'sh' && !interactive ? ['case $- in *i*) set +i +m;; esac'] : []),
    ...(family === 'bash' ? ['shopt -s expand_aliases'] : []),
    ...restoring({ restore, own, folders }),
    `trap ${quote(leave(family, sink))} EXIT`,
    ...(keepGoing ? [] : [errors[family]]),
    ...(posix ? ['set -o posix'] : []),
    ...(pipes ? [PIPES[family] ?? ''] : []),
    // From here on the shell tells its commands again, if it did.
    `case "\${_kb_t-}" in ?*) eval 'unset _kb_t; set -x';; esac`,
    '',
  ].join('\n')
}

/** What brings a shell to where the block before left it, with what is the session's own. */
export function restoring({ restore, own, folders }: Pick<PreludeOptions, 'restore' | 'own' | 'folders'>): string[] {
  return [
    ...(restore ? [restore] : []),
    ...Object.entries(own).map(([name, value]) =>
      value === undefined ? `unset ${name}` : `export ${name}=${quote(value)}`,
    ),
    ...folders.map(folder => `case ":$PATH:" in *${quote(`:${folder}:`)}*) ;; *) PATH=$PATH:${quote(folder)};; esac`),
  ]
}

/** The lines of a state that `family` understands. */
export function readableBy(family: ShellFamily, state: string): string {
  const guards = Object.entries(GUARD).map(([own, line]) => ({ own, at: state.indexOf(`${line}\n`), length: line.length + 1 })).filter(({ at }) => at >= 0)
  const [guard] = guards
  if (!guard)
    return state
  const portable = state.slice(0, guard.at)
  return guard.own === family ? portable + state.slice(guard.at + guard.length) : portable
}
