/** What the runner itself writes among the output, beside what servers say. */
export interface Words {
  noText: (bytes: number) => string
  /** What is not shown of a body; `atLeast` where nobody counted the rest. */
  more: (bytes: number, atLeast: boolean) => string
  without: (header: string) => string
  /** Why no answer came, by its English word; what is missing stays English. */
  faults: Record<string, string>
}

const EN: Words = {
  noText: bytes => `(${bytes} bytes that are no text)`,
  more: (bytes, atLeast) => `… and ${atLeast ? 'more than ' : ''}${bytes} bytes more`,
  without: header => `no ${header}`,
  faults: {},
}

const JA: Words = {
  noText: bytes => `（テキストではない ${bytes} バイト）`,
  more: (bytes, atLeast) => `… 残り ${bytes} バイト${atLeast ? '以上' : ''}`,
  without: header => `${header} なし`,
  faults: {
    'refused': '接続拒否',
    'no such host': 'ホストなし',
    'cut off': '切断',
    'no way there': '到達不能',
    'no HTTP': 'HTTP ではない',
    'not trusted': '証明書を信頼できない',
    'no answer': '応答なし',
  },
}

/** The words in a language, by its BCP 47 tag; English where there are none. */
export function wordsOf(language: string | undefined): Words {
  return language?.startsWith('ja') ? JA : EN
}
