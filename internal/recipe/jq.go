package recipe

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"time"

	"github.com/itchyny/gojq"
)

// jqTime bounds the evaluation of all jq on one page.
const jqTime = 30 * time.Second

// compileJQ compiles an expression without any loader: it can read no
// environment, no file and no further input.
func compileJQ(expr string) (*gojq.Code, error) {
	q, err := gojq.Parse(expr)
	if err != nil {
		return nil, fmt.Errorf("jq: %w", err)
	}
	code, err := gojq.Compile(q, gojq.WithFunction("unescape", 0, 0, func(v any, _ []any) any {
		switch v := v.(type) {
		case nil:
			return nil
		case string:
			return html.UnescapeString(v)
		}
		return fmt.Errorf("unescape takes a text, not %s", kindOf(v))
	}))
	if err != nil {
		return nil, fmt.Errorf("jq: %w", err)
	}
	return code, nil
}

// evalJQ gives all values of an expression.
func evalJQ(ctx context.Context, code *gojq.Code, v any) ([]any, error) {
	var out []any
	it := code.RunWithContext(ctx, v)
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
