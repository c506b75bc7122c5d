// Command judge runs Go templates with Sprig: one JSON object per line in, one out.
package main

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"text/template"
	"time"

	"github.com/Masterminds/sprig/v3"
)

type question struct {
	Template string          `json:"template"`
	Data     json.RawMessage `json:"data"`
	Sprig    bool            `json:"sprig"`
}

type answer struct {
	Output string `json:"output,omitempty"`
	Error  string `json:"error,omitempty"`
	Phase  string `json:"phase,omitempty"`
	Late   bool   `json:"late,omitempty"`
}

type limited struct {
	bytes.Buffer
}

func (l *limited) Write(p []byte) (int, error) {
	if l.Len()+len(p) > 1<<20 {
		return 0, fmt.Errorf("judge: output is too long")
	}
	return l.Buffer.Write(p)
}

func judged(q question) (a answer) {
	defer func() {
		if r := recover(); r != nil {
			a = answer{Error: fmt.Sprint(r), Phase: "panic"}
		}
	}()
	var data any
	if err := json.Unmarshal(q.Data, &data); err != nil {
		return answer{Error: err.Error(), Phase: "data"}
	}
	t := template.New("inject")
	if q.Sprig {
		t = t.Funcs(sprig.TxtFuncMap())
	}
	t, err := t.Parse(q.Template)
	if err != nil {
		return answer{Error: err.Error(), Phase: "parse"}
	}
	var out limited
	if err := t.Execute(&out, data); err != nil {
		return answer{Error: err.Error(), Phase: "execute"}
	}
	return answer{Output: hex.EncodeToString(out.Bytes())}
}

func main() {
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := bufio.NewWriter(os.Stdout)
	for {
		line, err := in.ReadBytes('\n')
		if len(line) > 0 {
			var q question
			if err := json.Unmarshal(line, &q); err != nil {
				panic(err)
			}
			done := make(chan answer, 1)
			go func() { done <- judged(q) }()
			var a answer
			select {
			case a = <-done:
			case <-time.After(3 * time.Second):
				a = answer{Late: true}
			}
			written, _ := json.Marshal(a)
			out.Write(append(written, '\n'))
			out.Flush()
		}
		if err == io.EOF {
			return
		}
	}
}
