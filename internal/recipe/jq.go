package recipe

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"math/big"
	"reflect"
	"runtime"
	"runtime/metrics"
	"strings"
	"time"

	"github.com/itchyny/gojq"
)

// What the jq of one page may use.
const (
	// jqSteps bounds one expression's instructions, and jqMemory what the
	// process's heap may grow by while it runs, in bytes.
	jqSteps  = 20_000_000
	jqMemory = 128 << 20
	// jqValues bounds what one expression may give, and jqText the bytes of a
	// text that it may make at once.
	jqValues = 100_000
	jqText   = 16 << 20
	// jqNodes bounds the values within a value that is compared or written
	// out, counted as often as they occur in it.
	jqNodes = 5_000_000
	// maxExpr is the greatest length of an expression in bytes.
	maxExpr = 10_000
)

// The errors of an expression that uses more than it may.
var (
	errJQSteps  = fmt.Errorf("jq: more than %d steps", jqSteps)
	errJQMemory = fmt.Errorf("jq: more than %d MiB of memory", jqMemory>>20)
	errJQValues = fmt.Errorf("jq: more than %d values", jqValues)
	errJQText   = fmt.Errorf("jq: a text or a number of more than %d MiB", jqText>>20)
	errJQNodes  = fmt.Errorf("jq: a value with more than %d values in it", jqNodes)
)

// measured puts a measure before those of jq's functions that, in one step,
// walk all of a value: a value may hold one part a billion times over and be
// small in memory until it is written out. By name.
var measured = func() map[string][]*gojq.FuncDef {
	out := map[string][]*gojq.FuncDef{}
	for form, names := range map[string][]string{
		"def _%[1]s: %[1]s; def %[1]s: _weigh | _%[1]s; .":             {"tojson", "tostring", "flatten", "sort", "unique", "min", "max", "add"},
		"def _%[1]s(f): %[1]s(f); def %[1]s(f): _weigh | _%[1]s(f); .": {"sort_by", "group_by", "unique_by", "min_by", "max_by", "contains", "inside", "indices", "index", "rindex", "join", "flatten"},
	} {
		for _, name := range names {
			q, err := gojq.Parse(fmt.Sprintf(form, name))
			if err != nil {
				panic(err)
			}
			out[name] = append(out[name], q.FuncDefs...)
		}
	}
	return out
}()

// product is what a multiplication becomes: its sides are measured first.
func product(l, r *gojq.Query) gojq.Query {
	q, err := gojq.Parse("_sides(.; .) | .[0] * .[1]")
	if err != nil {
		panic(err)
	}
	q.Left.Term.Func.Args = []*gojq.Query{l, r}
	return *q
}

// compileJQ compiles an expression without any loader: it can read no
// environment, no file and no further input. It cannot assign either: jq
// makes room for every index up to the one that is assigned to.
func compileJQ(expr string) (*gojq.Code, error) {
	if len(expr) > maxExpr {
		return nil, fmt.Errorf("jq: longer than %d bytes", maxExpr)
	}
	q, err := gojq.Parse(expr)
	if err != nil {
		return nil, fmt.Errorf("jq: %w", err)
	}
	if err := bound(reflect.ValueOf(q)); err != nil {
		return nil, fmt.Errorf("jq: %w", err)
	}
	var defs []*gojq.FuncDef
	for name, ds := range measured {
		if strings.Contains(expr, name) {
			defs = append(defs, ds...)
		}
	}
	q.FuncDefs = append(defs, q.FuncDefs...)
	code, err := gojq.Compile(q,
		gojq.WithFunction("unescape", 0, 0, func(v any, _ []any) any {
			switch v := v.(type) {
			case nil:
				return nil
			case string:
				return html.UnescapeString(v)
			}
			return fmt.Errorf("unescape takes a text, not %s", kindOf(v))
		}),
		gojq.WithFunction("_weigh", 0, 0, func(v any, _ []any) any {
			if left := jqNodes; !weigh(v, &left) {
				return errJQNodes
			}
			return v
		}),
		gojq.WithFunction("_sides", 2, 2, func(_ any, args []any) any { return sides(args[0], args[1]) }),
	)
	if err != nil {
		return nil, fmt.Errorf("jq: %w", err)
	}
	return code, nil
}

// weigh counts the values within v down from left and reports whether they
// were few enough.
func weigh(v any, left *int) bool {
	if *left--; *left < 0 {
		return false
	}
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			if !weigh(e, left) {
				return false
			}
		}
	case map[string]any:
		for _, e := range v {
			if !weigh(e, left) {
				return false
			}
		}
	}
	return true
}

// sides are both sides of a multiplication, or why it is too large: jq
// repeats texts and merges objects by it, and its numbers have no end.
func sides(l, r any) any {
	for _, s := range [][2]any{{l, r}, {r, l}} {
		text, ok := s[0].(string)
		if !ok {
			continue
		}
		n, err := json.Number(fmt.Sprint(s[1])).Float64()
		if err == nil && n*float64(len(text)) > jqText {
			return errJQText
		}
	}
	bits := 0
	for _, v := range []any{l, r} {
		if b, ok := v.(*big.Int); ok {
			bits += b.BitLen()
		}
	}
	left := jqNodes
	switch {
	case bits > 1<<16:
		return errJQText
	case !weigh(l, &left), !weigh(r, &left):
		return errJQNodes
	}
	return []any{l, r}
}

var (
	queryType = reflect.TypeFor[gojq.Query]()
	termType  = reflect.TypeFor[gojq.Term]()
	textType  = reflect.TypeFor[gojq.String]()
	weighing  = gojq.Query{Term: &gojq.Term{Type: gojq.TermTypeFunc, Func: &gojq.Func{Name: "_weigh"}}}
)

// weighed is q, measured.
func weighed(q *gojq.Query) *gojq.Query {
	w := weighing
	return &gojq.Query{Left: q, Op: gojq.OpPipe, Right: &w}
}

// bound refuses what assigns, and puts a measure before the operators that
// walk all of a value in one step: comparisons, products, and texts with a
// value in them.
func bound(v reflect.Value) error {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		if err := bound(v.Elem()); err != nil {
			return err
		}
		switch v.Elem().Type() {
		case queryType:
			return boundQuery(v.Interface().(*gojq.Query))
		case termType:
			return boundTerm(v.Interface().(*gojq.Term))
		case textType:
			boundText(v.Interface().(*gojq.String))
		}
	case reflect.Slice:
		for i := range v.Len() {
			if err := bound(v.Index(i)); err != nil {
				return err
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if !v.Type().Field(i).IsExported() {
				continue
			}
			if err := bound(v.Field(i)); err != nil {
				return err
			}
		}
	}
	return nil
}

func boundQuery(q *gojq.Query) error {
	switch q.Op {
	case gojq.OpAssign, gojq.OpModify, gojq.OpUpdateAdd, gojq.OpUpdateSub, gojq.OpUpdateMul, gojq.OpUpdateDiv, gojq.OpUpdateMod, gojq.OpUpdateAlt:
		return fmt.Errorf("%s assigns: make a new value instead", q.Op)
	case gojq.OpMul:
		*q = product(q.Left, q.Right)
	case gojq.OpEq, gojq.OpNe, gojq.OpGt, gojq.OpLt, gojq.OpGe, gojq.OpLe:
		if !plainTerm(q.Left) && !plainTerm(q.Right) {
			q.Left, q.Right = weighed(q.Left), weighed(q.Right)
		}
	}
	return nil
}

// plainTerm reports whether a query is a constant that is compared at once.
func plainTerm(q *gojq.Query) bool {
	if q.Term == nil {
		return false
	}
	switch q.Term.Type {
	case gojq.TermTypeNull, gojq.TermTypeTrue, gojq.TermTypeFalse, gojq.TermTypeNumber, gojq.TermTypeString:
		return true
	}
	return false
}

func boundTerm(t *gojq.Term) error {
	switch t.Type {
	case gojq.TermTypeFunc:
		switch t.Func.Name {
		case "setpath", "pick", "fromstream", "input", "inputs", "debug", "stderr", "halt", "halt_error":
			return fmt.Errorf("a recipe has no %s", t.Func.Name)
		}
	case gojq.TermTypeFormat:
		if t.Str == nil {
			format := *t
			format.SuffixList = nil
			*t = gojq.Term{Type: gojq.TermTypeQuery, SuffixList: t.SuffixList,
				Query: &gojq.Query{Left: &weighing, Op: gojq.OpPipe, Right: &gojq.Query{Term: &format}}}
		}
	}
	return nil
}

// boundText measures the values that stand within a text.
func boundText(s *gojq.String) {
	for i, q := range s.Queries {
		if q.Term == nil || q.Term.Type != gojq.TermTypeString { // else it is a part of the text
			s.Queries[i] = &gojq.Query{Term: &gojq.Term{Type: gojq.TermTypeQuery, Query: weighed(q)}}
		}
	}
}

// heap is what the process's objects take, dead ones included.
func heap() uint64 {
	s := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}

// meter is a context that counts: jq's machine asks for Done before each of
// its instructions.
type meter struct {
	context.Context
	steps  int
	start  uint64
	looked time.Time
	err    error
	done   chan struct{}
}

func newMeter(ctx context.Context) *meter {
	return &meter{Context: ctx, looked: time.Now(), done: make(chan struct{})}
}

func (m *meter) Done() <-chan struct{} {
	m.steps++
	switch {
	case m.err != nil:
		return m.done
	case m.steps > jqSteps:
		m.stop(errJQSteps)
		return m.done
	case m.steps&7 == 0 && time.Since(m.looked) > time.Millisecond:
		m.look()
		if m.err != nil {
			return m.done
		}
	}
	return m.Context.Done()
}

func (m *meter) Err() error {
	if m.err != nil {
		return m.err
	}
	return m.Context.Err()
}

func (m *meter) stop(err error) { m.err = err; close(m.done) }

// look compares the heap with what it was when an expression was first found
// to take its time. Others fill the heap too, and garbage counts until it is
// collected: before an expression is blamed, that is done.
func (m *meter) look() {
	now := heap()
	if m.start == 0 {
		m.start = now
	}
	if now > m.start+jqMemory {
		runtime.GC()
		if now = heap(); now > m.start+jqMemory {
			m.stop(errJQMemory)
		}
	}
	m.start = min(m.start, now)
	m.looked = time.Now()
}

// evalJQ gives all values of an expression.
func evalJQ(ctx context.Context, code *gojq.Code, v any) ([]any, error) {
	var out []any
	it := code.RunWithContext(newMeter(ctx), v)
	for {
		v, ok := it.Next()
		if !ok {
			return out, nil
		}
		if err, ok := v.(error); ok {
			var halt *gojq.HaltError
			if errors.As(err, &halt) && halt.Value() == nil {
				return out, nil
			}
			return nil, err
		}
		left := jqNodes
		switch {
		case len(out) >= jqValues:
			return nil, errJQValues
		case !weigh(v, &left):
			return nil, errJQNodes
		}
		out = append(out, v)
	}
}

// truth is jq's: all but null and false hold. No value at all does not.
func truth(ctx context.Context, code *gojq.Code, v any) (bool, error) {
	vs, err := evalJQ(ctx, code, v)
	if err != nil || len(vs) == 0 {
		return false, err
	}
	return vs[0] != nil && vs[0] != false, nil
}

// kindOf names the JSON type of a value.
func kindOf(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "a boolean"
	case string:
		return "a text"
	case []any:
		return "an array"
	case map[string]any:
		return "an object"
	}
	return "a number"
}

// jsonText is a value as short JSON, for messages.
func jsonText(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(b)
}
