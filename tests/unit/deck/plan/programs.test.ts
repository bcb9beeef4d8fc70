import { describe, expect, it } from 'vitest'
import { programsOf } from '../../../../runners/deck/plan/programs.ts'

const called = (script: string): string[] => programsOf(script).map(({ program }) => program)

describe('the programs that a script calls', () => {
  it.each<[string, string[]]>([
    ['docker', ['docker']],
    ['docker\tps', ['docker']],
    ['docker ps # kubectl get pods', ['docker']],
    ['/usr/bin/docker ps; ./docker', ['docker', 'docker']],
    ['"docker" ps; dock\'er\' ps; \\docker ps', ['docker', 'docker', 'docker']],
    ['echo docker is nice; printf "kubectl get %s" pods', ['echo', 'printf']],
    ['# docker ps', []],
    ['cat <<EOF\ndocker ps\nEOF', ['cat']],
    ['X=docker', []],
    ['X=1 Y="a b" docker ps', ['docker']],
    ['export X=docker; a', ['export', 'a']],
    ['ls docker; cd docker && make', ['ls', 'cd', 'make']],
    ['a|docker ps|b', ['a', 'docker', 'b']],
    ['(docker ps)', ['docker']],
    ['x="$(docker ps -q)"', ['docker']],
    ['echo "it is $(date) in `hostname`"', ['date', 'hostname', 'echo']],
    ['if docker ps; then kubectl get; fi', ['docker', 'kubectl']],
    ['for docker in a b; do echo $docker; done', ['for', 'echo']],
    ['while ! curl -s http://web; do sleep 1; done', ['curl', 'sleep']],
    ['case $x in docker) kubectl get;; esac', ['case', 'kubectl']],
    ['docker() { podman "$@"; }', ['podman']],
    ['[ -x docker ] && test docker = "$x"', ['[', 'test']],
    ['bash -euc "docker ps"', ['bash', 'docker']],
  ])('%j', (script, programs) => expect(called(script)).toEqual(programs))

  it.each<[string, string[]]>([
    ['sudo docker ps', ['docker']],
    ['sudo -u root -iE docker ps', ['docker']],
    ['sudo -uroot -- docker ps', ['docker']],
    ['sudo --user=root X=1 docker ps', ['docker']],
    ['sudo --user root docker ps', ['docker']],
    ['sudo echo docker', ['echo']],
    ['sudo -l docker', ['sudo']],
    ['sudo', ['sudo']],
    ['env A=b C=d docker ps', ['docker']],
    ['env -u A --chdir /tmp -i docker ps', ['docker']],
    ['env', ['env']],
    ['command docker ps', ['docker']],
    ['command -v docker', ['command']],
    ['command -pV docker', ['command']],
    ['type docker; which docker', ['type', 'which']],
    ['exec docker ps', ['docker']],
    ['timeout 5 docker ps', ['docker']],
    ['timeout -k 1 --signal TERM 5s docker ps', ['docker']],
    ['nohup nice -n 5 docker ps', ['docker']],
    ['nice -5 docker ps', ['docker']],
    ['time docker ps; time -p kubectl get', ['docker', 'kubectl']],
    ['watch -n 1 kubectl get pods', ['kubectl']],
    ['echo a | xargs -n1 -I {} docker rm {}', ['echo', 'docker']],
    ['stdbuf -o L docker logs x', ['docker']],
    ['find . -name "*.yml" -exec kubectl apply -f {} \\; -o -name docker', ['find', 'kubectl']],
    ['find . -execdir docker build {} +', ['find', 'docker']],
  ])('behind another: %j', (script, programs) => expect(called(script)).toEqual(programs))

  it.each<[string, string[]]>([
    ['alias d=docker\nd ps', ['alias', 'docker']],
    [`alias k='kubectl -n demo' d="docker"; k get pods; d ps`, ['alias', 'kubectl', 'docker']],
    ['alias docker=podman; docker ps', ['alias', 'podman']],
    [`alias docker='docker --debug'; docker ps`, ['alias', 'docker']],
    ['alias a=b b=a; a', ['alias', 'a']],
    [`alias both='docker ps; kubectl get'; both`, ['alias', 'docker', 'kubectl']],
    ['alias d=docker; echo d; "./d"', ['alias', 'echo', 'd']],
    ['alias', ['alias']],
  ])('by an alias: %j', (script, programs) => expect(called(script)).toEqual(programs))

  it('have the words behind them, those of an alias first', () => {
    expect(programsOf(`alias k='kubectl -n demo'; sudo k get "a b" | X=1 timeout 5 docker run -v $PWD:/x y`)).toEqual([
      { program: 'alias', args: ['k=kubectl -n demo'] },
      { program: 'kubectl', args: ['-n', 'demo', 'get', 'a b'] },
      { program: 'docker', args: ['run', '-v', '$PWD:/x', 'y'] },
    ])
  })
})
