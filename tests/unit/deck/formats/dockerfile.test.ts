import { describe, expect, it } from 'vitest'
import { dockerfileMistakes } from '../../../../runners/deck/formats/dockerfile.ts'
import { fence, onDecks } from '../../../_decks.ts'

const { parse } = onDecks()

describe('a Dockerfile', () => {
  it.each([
    ['CPOY a /b', 'CPOY is no instruction of a Dockerfile', 'Did you mean COPY?'],
    ['copy a', 'COPY takes what to copy, and where to', 'Write COPY a /PATH/.'],
    ['COPY --form=a b /c', 'COPY has no option --form', 'Did you mean from?'],
    ['FROM a b', 'FROM takes an image, and a name behind AS; this has 2 words', undefined],
    ['FROM', 'FROM stands alone', undefined],
    ['RUN --mount=type=cache,target=/x', 'RUN stands alone', undefined],
    ['CMD [\'cat\', \'/one\']', 'CMD has a list that is no JSON: the shell would get it with its brackets', 'Write CMD ["PROGRAM", "ARGUMENT"], with double quotes and commas.'],
    ['ENTRYPOINT ["a" "b"]', 'ENTRYPOINT has a list that is no JSON: the shell would get it with its brackets', undefined],
    ['SHELL bash -c', 'SHELL takes a list', undefined],
    ['ENV alone', 'ENV takes NAME=VALUE', 'Quote values with blanks: ENV NAME="two words"'],
    ['ENV a=b c', 'ENV takes NAME=VALUE', undefined],
    ['EXPOSE 8080/http', 'EXPOSE 8080/http: it is no port', undefined],
    ['HEALTHCHECK --interval=5s wget x', 'HEALTHCHECK takes CMD and a command, or NONE', undefined],
    ['ONBUILD FROM a', 'ONBUILD cannot have FROM', undefined],
    ['ONBUILD CPOY a b', 'CPOY is no instruction of a Dockerfile', undefined],
  ])('has a mistake in %s', (line, message, hint) => {
    expect(dockerfileMistakes(`FROM base:1\n  ${line}`)).toEqual([{ line: 2, column: 3, message, hint: hint ?? expect.any(String) }])
  })

  it.each(['', 'ARG A=1', 'RUN a\nFROM b'])('begins with FROM, unlike %j', (code) => {
    expect(dockerfileMistakes(code).map(({ message }) => message)).toEqual(['the Dockerfile does not begin with FROM'])
  })

  it('is one as engines take it', () => {
    expect(dockerfileMistakes(`# syntax=docker/dockerfile:1
ARG TAG=1
FROM --platform=linux/amd64 base:\${TAG} as build
RUN --mount=type=cache,target=/x [ -f /x ] || \\
  # within

  make --jobs=2
RUN <<EOF
CPOY is text here
EOF
onbuild run true
FROM scratch
COPY --from=build --chown=0:0 --link ["a b", "/c/"]
ADD --checksum=sha256:0 https://example.org/x /x
ENV old form with blanks
ENV A="b c" D='e f' G=h\\ i
LABEL "com.example.x"="y" org.label=z
EXPOSE 8080 53/udp 100-200 $PORT
USER 1000:1000
WORKDIR /a b
VOLUME /data
VOLUME ["/data"]
STOPSIGNAL SIGTERM
SHELL ["bash", "-c"]
HEALTHCHECK --interval=5s CMD wget -qO- http://localhost
HEALTHCHECK NONE
MAINTAINER me
CMD ["cat", "/one"]
ENTRYPOINT exec top -b`)).toEqual([])
  })
})

it('is reported where its line stands, and is no step', async () => {
  const { problems, steps } = await parse(fence('dockerfile {build id=img tag=hello:1}', 'FROM base:1\nCPOY a /b'))
  expect(problems).toEqual([expect.objectContaining({ severity: 'error', code: 'bad-dockerfile', file: 'deck.md', line: 5, column: 1, message: 'CPOY is no instruction of a Dockerfile', hint: 'Did you mean COPY?' })])
  expect(steps).toEqual([])
})
