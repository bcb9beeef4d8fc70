/** What differs between two runs of the same demo, in the order in which it is masked. */
const MASKS: [RegExp, string][] = [
  // Releases of kernels, before addresses, which their numbers look like: `6.6.87.2-microsoft-standard-WSL2`.
  [/\b\d+\.\d+\.\d+(?:\.\d+)?-[\w.+-]*(?:amd64|arm64|generic|cloud|aws|azure|gcp|linuxkit|orbstack|microsoft|WSL2|lts|arch|zen|fc\d*|el\d+|pve|virt)\b[\w.+-]*/g, '<version>'],
  // Addresses, before times, which parts of them look like; the length of a subnet and a port of the ephemeral range go
  // with them.
  [/\b[0-9a-f]{2}(?::[0-9a-f]{2}){5}\b/gi, '<address>'],
  [/(?<![\w:.])\[?(?=[0-9a-f:]*::|(?:[0-9a-f]+:){7})(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}\]?(?![\w:])/gi, '<address>'],
  [/\b\d{1,3}(?:\.\d{1,3}){3}(?:\/\d{1,2})?\b/g, '<address>'],
  [/<address>:(?:327[6-9]\d|32[89]\d{2}|3[3-9]\d{3}|[45]\d{4}|60\d{3})\b/g, '<address>'],
  // Dates with a time, alone, and as `date` and `ls` write them.
  [/\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?(?:[.,]\d+)?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))*/g, '<time>'],
  [/\b\d{4}-\d\d-\d\d\b/g, '<time>'],
  [/\b(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? +)?(?:\d{1,2} )?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) +(?:\d{1,2} +)?(?:\d{4} +)?\d{1,2}:\d\d(?::\d\d)?(?: +(?:AM|PM))?(?: +[A-Z]{3,4})?(?: +\d{4})?\b/g, '<time>'],
  [/\b\d{1,2}:\d\d:\d\d(?:[.,]\d+)?\b/g, '<time>'],
  [/\b1\d{9}(?:\d{3}|\.\d+)?\b/g, '<time>'],
  // Ids and digests; a hex word of digits only is one too.
  [/\b(?:sha256:)?[0-9a-f]{12,64}\b/g, '<id>'],
  // What Kubernetes appends to the names of replicas and their pods: letters and digits that make no word.
  [/(?<=[a-z\d])-[bcdfghj-np-tvwxz24-9]{6,10}-[bcdfghj-np-tvwxz24-9]{5}\b/g, '-<id>'],
  [/(?<=[a-z\d])-(?=[a-z]*\d)[bcdfghj-np-tvwxz24-9]{8,10}\b/g, '-<id>'],
  // Namespaces (`net:[4026531840]`), jobs of the shell (`[1] 4711`) and process ids.
  [/:\[\d{8,}\]/g, ':[<inode>]'],
  [/\[(\d)\] \d{2,7}\b/g, '[$1] <pid>'],
  [/\b(pid"?[ =:#]+)\d{2,}/gi, '$1<pid>'],
  // Durations: 0m0.012s, 1h2m, 3.5 seconds, About a minute.
  [/\b(?:\d+h)?\d+m\d+(?:\.\d+)?s\b/g, '<duration>'],
  [/\b\d+(?:\.\d+)?\s?(?:ns|µs|us|ms|s|secs?|seconds?|mins?|minutes?|hours?)\b/g, '<duration>'],
  [/\b(?:about an?|less than a) (?:second|minute|hour)\b/gi, '<duration>'],
  // Columns move with the width of what stands in them.
  [/[ \t]{2,}/g, '  '],
]

/** `text` without what changes from run to run: ids, addresses, times, durations, process ids. */
export function maskText(text: string): string {
  return maskTables(MASKS.reduce((masked, [pattern, name]) => masked.replace(pattern, name), text))
}

/** Process ids in the columns below PID and PPID; process 1 is a namespace's own, and tells something. */
function maskTables(text: string): string {
  if (!/\bP?PID\b/.test(text))
    return text
  let columns: number[] = []
  return text.split('\n').map((line) => {
    const words = line.trim().split(/\s+/)
    if (/\bP?PID\b/.test(line)) {
      columns = words.flatMap((word, i) => /^P?PID$/.test(word) ? [i] : [])
      return line
    }
    if (!/\d/.test(line))
      columns = []
    let column = -1
    return columns.length
      ? line.replace(/\S+/g, (word) => {
          column++
          return columns.includes(column) && word !== '1' && /^\d+$/.test(word) ? '<pid>' : word
        })
      : line
  }).join('\n')
}
