package meili

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/meilisearch/meilisearch-go"

	"github.com/kajkhoj/kajkhoj/config"
	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/search"
	"github.com/kajkhoj/kajkhoj/internal/search/meili/meilitest"
)

var now = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)

func analyzer(t testing.TB) *search.Analyzer {
	t.Helper()
	a, err := search.NewAnalyzer(config.Files)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// fresh is the name of an index that the server does not have. What comes of
// it, keys too, is deleted at the end.
func fresh(t testing.TB, s *meilitest.Server) string {
	t.Helper()
	name := "test-" + strings.ToLower(rand.Text()[:8])
	t.Cleanup(func() {
		m := master(s)
		if list, err := m.ListIndexes(&meilisearch.IndexesQuery{Limit: 1000}); err == nil {
			for _, i := range list.Results {
				if i.UID == name || strings.HasPrefix(i.UID, name+"_") {
					m.DeleteIndex(i.UID)
				}
			}
		}
		if keys, err := m.GetKeys(&meilisearch.KeysQuery{Limit: 1000}); err == nil {
			for _, k := range keys.Results {
				if slices.Contains(k.Indexes, name) {
					m.DeleteKey(k.UID)
				}
			}
		}
	})
	return name
}

func master(s *meilitest.Server) meilisearch.ServiceManager {
	return meilisearch.New(s.URL, meilisearch.WithAPIKey(s.Key), meilisearch.DisableRetries())
}

// done waits for a task of the test's own.
func done(t testing.TB, s *meilitest.Server, task *meilisearch.TaskInfo, err error) {
	t.Helper()
	if err == nil {
		err = wait(t.Context(), master(s), task)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func open(t testing.TB, s *meilitest.Server, name string) *Index {
	t.Helper()
	x, err := Open(t.Context(), Config{URL: s.URL, Key: s.Key, Index: name}, analyzer(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	return x
}

func listing(group, title string) market.Listing {
	return market.Listing{ID: group, Group: group, Source: "remotive", Title: title, FirstSeenAt: now.Add(-time.Hour)}
}

func seq(ls ...market.Listing) iter.Seq2[market.Listing, error] {
	return func(yield func(market.Listing, error) bool) {
		for _, l := range ls {
			if !yield(l, nil) {
				return
			}
		}
	}
}

func rebuild(t testing.TB, x *Index, upto int64, ls ...market.Listing) {
	t.Helper()
	if err := x.Rebuild(t.Context(), seq(ls...), upto); err != nil {
		t.Fatal(err)
	}
}

func find(t testing.TB, x *Index, text string) []string {
	t.Helper()
	res, err := x.Find(t.Context(), market.Query{Text: text, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	if len(res.Groups) != min(res.Total, market.PerPage) {
		t.Errorf("%q: total %d, hits %v", text, res.Total, res.Groups)
	}
	return slices.Sorted(slices.Values(res.Groups))
}

func mustRebuild(t testing.TB, x *Index, why string) {
	t.Helper()
	if n, err := x.Cursor(t.Context()); !errors.Is(err, search.ErrRebuild) {
		t.Errorf("%s: the cursor is %d, %v; want ErrRebuild", why, n, err)
	}
	if err := x.Apply(t.Context(), []market.Listing{listing("z", "Late")}, nil, 99); !errors.Is(err, search.ErrRebuild) {
		t.Errorf("%s: a change: %v; want ErrRebuild", why, err)
	}
}

func indexes(t testing.TB, s *meilitest.Server, name string) []string {
	t.Helper()
	list, err := master(s).ListIndexes(&meilisearch.IndexesQuery{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, i := range list.Results {
		if rest, ok := strings.CutPrefix(i.UID, name); ok {
			out = append(out, rest)
		}
	}
	slices.Sort(out)
	return out
}

// TestMeiliServer is all that one server can show without being stopped.
func TestMeiliServer(t *testing.T) {
	s := meilitest.New(t)

	t.Run("lesser keys", func(t *testing.T) {
		t.Parallel()
		name := fresh(t, s)
		x := open(t, s, name)
		rebuild(t, x, 1, listing("a", "Data typist"))
		again := open(t, s, name)
		if got := find(t, again, "typist"); len(got) != 1 {
			t.Errorf("opened again it finds %v", got)
		}
		keys, err := master(s).GetKeys(&meilisearch.KeysQuery{Limit: 1000})
		if err != nil {
			t.Fatal(err)
		}
		made := map[string]string{}
		for _, k := range keys.Results {
			if slices.Contains(k.Indexes, name) {
				made[strings.TrimPrefix(k.Name, name+" ")] = k.Key
			}
		}
		if len(made) != 2 || made["search"] == "" || made["documents"] == "" {
			t.Fatalf("two openings made the keys %v, want one for search and one for documents", made)
		}
		with := func(key string) *Index {
			x, err := Open(t.Context(), Config{URL: s.URL, Key: key, Index: name}, analyzer(t))
			if err != nil {
				t.Fatal(err)
			}
			return x
		}
		searching := with(made["search"])
		if got := find(t, searching, "typist"); len(got) != 1 {
			t.Errorf("with the search key it finds %v", got)
		}
		if n, err := searching.Cursor(t.Context()); err != nil || n != 1 {
			t.Errorf("with the search key the cursor is %d, %v", n, err)
		}
		if st, err := searching.Stats(t.Context()); err != nil || st.Documents != 1 || st.DiskBytes != -1 {
			t.Errorf("with the search key the statistics are %+v, %v", st, err)
		}
		if err := searching.Apply(t.Context(), nil, []string{"a"}, 2); !refused(err) {
			t.Errorf("with the search key a change gives %v", err)
		}
		if err := searching.Rebuild(t.Context(), seq(), 1); !refused(err) {
			t.Errorf("with the search key a rebuilding gives %v", err)
		}
		documents := with(made["documents"])
		if err := documents.Apply(t.Context(), []market.Listing{listing("b", "Data painter")}, nil, 2); err != nil {
			t.Errorf("with the documents key a change gives %v", err)
		}
		if _, err := documents.Find(t.Context(), market.Query{Now: now}); !refused(err) {
			t.Errorf("with the documents key a search gives %v", err)
		}
		// The reader of an index that was opened with the master key has the
		// lesser key.
		if _, err := x.keys.Load().reader.GetStats(nil); !refused(err) {
			t.Errorf("the reader may read statistics: %v", err)
		}
		if _, err := Open(t.Context(), Config{URL: s.URL, Key: "wrong", Index: name}, analyzer(t)); err == nil || errors.Is(err, search.ErrDown) {
			t.Errorf("a wrong key gives %v", err)
		}
	})

	t.Run("orphans", func(t *testing.T) {
		t.Parallel()
		name := fresh(t, s)
		rebuild(t, open(t, s, name), 1)
		if got := indexes(t, s, name); !slices.Equal(got, []string{"", "_meta"}) {
			t.Errorf("after a rebuilding there are %q", got)
		}
		for range 2 {
			task, err := master(s).CreateIndex(&meilisearch.IndexConfig{Uid: name + "_rebuild_1"})
			done(t, s, task, err)
			if n, err := open(t, s, name).Cursor(t.Context()); err != nil || n != 1 {
				t.Errorf("cursor %d, %v", n, err)
			}
			if got := indexes(t, s, name); !slices.Equal(got, []string{"", "_meta"}) {
				t.Errorf("after a start there are %q", got)
			}
		}
	})

	t.Run("what is no index any more", func(t *testing.T) {
		t.Parallel()
		name := fresh(t, s)
		x := open(t, s, name)
		rebuild(t, x, 7, listing("a", "Data typist"))

		x.settings = "others"
		mustRebuild(t, x, "other settings")
		if _, err := x.Find(t.Context(), market.Query{Now: now}); !errors.Is(err, search.ErrRebuild) {
			t.Errorf("a search with other settings: %v, want ErrRebuild", err)
		}
		rebuild(t, x, 8, listing("a", "Data typist"))
		if n, err := x.Cursor(t.Context()); err != nil || n != 8 {
			t.Errorf("rebuilt with other settings, the cursor is %d, %v", n, err)
		}

		// Somebody put an empty index in its place.
		task, err := master(s).DeleteIndex(name)
		done(t, s, task, err)
		mustRebuild(t, x, "deleted")
		task, err = master(s).CreateIndex(&meilisearch.IndexConfig{Uid: name, PrimaryKey: "group"})
		done(t, s, task, err)
		mustRebuild(t, x, "replaced")
		if _, err := x.Find(t.Context(), market.Query{Now: now, From: "BD"}); !errors.Is(err, search.ErrRebuild) {
			t.Errorf("a search in an index without settings: %v, want ErrRebuild", err)
		}
		// Another process rebuilds while a change is on its way.
		rebuild(t, x, 9, listing("a", "Data typist"))
		before, err := x.state(t.Context(), x.keys.Load().writer)
		if err != nil {
			t.Fatal(err)
		}
		rebuild(t, x, 10, listing("a", "Data typist"))
		if err := x.move(t.Context(), x.keys.Load().writer, before.Built, 11); err != nil {
			t.Fatal(err)
		}
		mustRebuild(t, x, "overtaken")

		rebuild(t, x, 12, listing("a", "Data typist"))
		task, err = master(s).DeleteIndex(name + "_meta")
		done(t, s, task, err)
		mustRebuild(t, x, "without its state")
	})

	t.Run("a task that fails", func(t *testing.T) {
		t.Parallel()
		x := open(t, s, fresh(t, s))
		rebuild(t, x, 3, listing("a", "Data typist"))
		err := x.Apply(t.Context(), []market.Listing{listing("b", "Logo painter"), listing("not a key", "Logo painter")}, nil, 4)
		var failed *TaskError
		if !errors.As(err, &failed) || failed.Code != "invalid_document_id" || !strings.Contains(err.Error(), "not a key") {
			t.Errorf("got %v, want the server's own words", err)
		}
		if n, err := x.Cursor(t.Context()); err != nil || n != 3 {
			t.Errorf("after a failed change the cursor is %d, %v; want 3", n, err)
		}
		if err := x.Rebuild(t.Context(), seq(listing("not a key", "Logo painter")), 9); !errors.As(err, &failed) {
			t.Errorf("a rebuilding with it: %v", err)
		}
		if got := find(t, x, ""); !slices.Equal(got, []string{"a"}) {
			t.Errorf("after both failures it finds %v", got)
		}
		if got := indexes(t, s, x.cfg.Index); !slices.Equal(got, []string{"", "_meta"}) {
			t.Errorf("a failed rebuilding leaves %q", got)
		}
	})

	t.Run("the exact total", func(t *testing.T) {
		t.Parallel()
		const many = market.Depth + 300
		x := open(t, s, fresh(t, s))
		var ls []market.Listing
		for i := range many {
			ls = append(ls, listing(fmt.Sprintf("g%04d", i), "Data typist"))
		}
		rebuild(t, x, 1, ls...)
		for _, text := range []string{"", "data", `"data typist" -painter`} {
			q := market.Query{Text: text, Now: now, Page: market.Depth / market.PerPage}
			res, err := x.Find(t.Context(), q)
			if err != nil || res.Total != many || len(res.Groups) != market.PerPage || res.Facets["source"]["remotive"] != many || res.Facets["days"]["1"] != many {
				t.Errorf("%q: total %d, %d hits on the last page, %v, %v; want %d", text, res.Total, len(res.Groups), res.Facets["source"], err, many)
			} else if res.Groups[0] != "g0980" {
				t.Errorf("%q: the last page begins with %s, want g0980", text, res.Groups[0])
			}
		}
	})

	// The server cuts and folds words by rules of its own; ours must come
	// through as they are, in every script.
	t.Run("words as they are", func(t *testing.T) {
		t.Parallel()
		x := open(t, s, fresh(t, s))
		words := strings.Fields("web3 html5 3d t5x ab12cd34 cplusplus ড়াটা ডাটাবেজ ক্ষুদ্র বাংলা2 दस्तावेज़ தமிழ் ภาษาไทย 日本語 한국어 עברית العربية الكتاب ελληνικά русский ёлка čeština straße ıstanbul naïve ﬁne Ⅻ ½ ២០ ༢ không œuvre ṩ x²")
		var ls []market.Listing
		for i, w := range words {
			ls = append(ls, listing(fmt.Sprintf("w%02d", i), "x "+w+" y"))
		}
		rebuild(t, x, 1, ls...)
		for i, w := range words {
			own := []string{ls[i].Group}
			for _, text := range []string{`"` + w + `"`, `"x ` + w + ` y"`, `y "` + w + `"`} {
				if got := find(t, x, text); !slices.Equal(got, own) {
					t.Errorf("%s (%q) finds %v, want %v", text, x.analyzer.Tokens(w), got, own)
				}
			}
			for _, text := range []string{w, w + " y"} {
				if got := find(t, x, text); !slices.Contains(got, own[0]) {
					t.Errorf("%s (%q) finds %v, want %v among them", text, x.analyzer.Tokens(w), got, own)
				}
			}
			res, err := x.Find(t.Context(), market.Query{Text: "x -" + w, Now: now})
			if err != nil || res.Total != len(words)-1 {
				t.Errorf("x -%s finds %d of %d listings, %v; want all but its own", w, res.Total, len(words), err)
			}
			if got := find(t, x, `"y `+w+`"`); len(got) != 0 {
				t.Errorf(`"y %s" finds its words in the other order: %v`, w, got)
			}
		}
	})

	// Neither joined words nor parted ones are hits without a typo allowed.
	t.Run("short words stay whole", func(t *testing.T) {
		t.Parallel()
		x := open(t, s, fresh(t, s))
		rebuild(t, x, 1, listing("joined", "webdev here"), listing("apart", "in to it"), listing("whole", "into web"), listing("far", "web for dev"))
		if got := find(t, x, "into here"); len(got) != 0 {
			t.Errorf("into is found in two words: %v", got)
		}
		if got := find(t, x, "web dev here"); len(got) != 0 {
			t.Errorf("web dev is found in one word: %v", got)
		}
		if got := find(t, x, "into web"); !slices.Equal(got, []string{"whole"}) {
			t.Errorf("into web finds %v", got)
		}
	})
}

// TestMeiliDown stops and starts a server under an open index.
func TestMeiliDown(t *testing.T) {
	s := meilitest.New(t)
	if s.Pid == 0 {
		t.Skip("this server is not the test's to stop")
	}
	name := fresh(t, s)
	x := open(t, s, name)
	rebuild(t, x, 5, listing("a", "Data typist"))
	s.Stop()
	ctx := t.Context()
	down := func(what string, err error) {
		t.Helper()
		if !errors.Is(err, search.ErrDown) {
			t.Errorf("%s while the server is down: %v, want ErrDown", what, err)
		}
	}
	_, err := x.Find(ctx, market.Query{Now: now})
	down("a search", err)
	_, err = x.Cursor(ctx)
	down("the cursor", err)
	down("a change", x.Apply(ctx, nil, []string{"a"}, 6))
	down("a rebuilding", x.Rebuild(ctx, seq(), 6))
	_, err = x.Stats(ctx)
	down("statistics", err)
	late, err := Open(ctx, Config{URL: s.URL, Key: s.Key, Index: name}, analyzer(t))
	if err != nil {
		t.Fatalf("opening while the server is down: %v", err)
	}
	if err := s.Restart(ctx); err != nil {
		t.Fatal(err)
	}
	for _, x := range []*Index{x, late} {
		if got := find(t, x, "typist"); len(got) != 1 {
			t.Errorf("after the server is back it finds %v", got)
		}
		if n, err := x.Cursor(ctx); err != nil || n != 5 {
			t.Errorf("after the server is back the cursor is %d, %v", n, err)
		}
	}
}

// fake is a server that answers every request by one function.
func fake(t *testing.T, timeout time.Duration, serve http.HandlerFunc) *Index {
	t.Helper()
	srv := httptest.NewServer(serve)
	t.Cleanup(srv.Close)
	x, err := Open(t.Context(), Config{URL: srv.URL, Timeout: timeout}, analyzer(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	return x
}

// answerSearches gives as many empty results as a multi-search asks for,
// under the settings that x knows.
func answerSearches(w http.ResponseWriter, r *http.Request, settings string) {
	var asked struct{ Queries []json.RawMessage }
	json.NewDecoder(r.Body).Decode(&asked)
	results := []any{map[string]any{"hits": []any{map[string]any{"id": metaID, "settings": settings, "cursor": "1"}}}}
	for len(results) < len(asked.Queries) {
		results = append(results, map[string]any{"hits": []any{}})
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(map[string]any{"results": results})
}

func TestConnection(t *testing.T) {
	settings := settingsHash(analyzer(t))
	t.Run("answers are not packed and one request asks all", func(t *testing.T) {
		var requests atomic.Int32
		x := fake(t, time.Second, func(w http.ResponseWriter, r *http.Request) {
			requests.Add(1)
			if enc := r.Header.Get("Accept-Encoding"); enc != "" {
				t.Errorf("%s asks for %s", r.URL, enc)
			}
			answerSearches(w, r, settings)
		})
		before := requests.Load()
		q := market.Query{Text: "data", Level: market.Entry, Stated: true, Categories: []market.Category{"legal"}, From: "BD", Warn: market.WarnOnly, Days: 7, Now: now}
		if _, err := x.Find(t.Context(), q, "a"); err != nil {
			t.Fatal(err)
		}
		if n := requests.Load() - before; n != 1 {
			t.Errorf("a search took %d requests", n)
		}
	})
	t.Run("a broken connection is tried once more", func(t *testing.T) {
		var requests atomic.Int32
		x := fake(t, time.Second, func(w http.ResponseWriter, r *http.Request) {
			if requests.Add(1)%2 == 1 {
				c, _, err := w.(http.Hijacker).Hijack()
				if err == nil {
					c.Close()
				}
				return
			}
			answerSearches(w, r, settings)
		})
		if _, err := x.Find(t.Context(), market.Query{Now: now}); err != nil {
			t.Errorf("after %d requests: %v", requests.Load(), err)
		}
	})
	for name, serve := range map[string]http.HandlerFunc{
		"always breaking": func(w http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) },
		"overloaded":      func(w http.ResponseWriter, r *http.Request) { http.Error(w, "busy", http.StatusServiceUnavailable) },
		"a proxy's page": func(w http.ResponseWriter, r *http.Request) {
			http.Error(w, "<html>bad gateway", http.StatusBadGateway)
		},
		"hanging": hang,
	} {
		t.Run(name, func(t *testing.T) {
			var requests atomic.Int32
			x := fake(t, 100*time.Millisecond, func(w http.ResponseWriter, r *http.Request) {
				requests.Add(1)
				serve(w, r)
			})
			before := requests.Load()
			if _, err := x.Find(t.Context(), market.Query{Now: now}); !errors.Is(err, search.ErrDown) {
				t.Errorf("got %v, want ErrDown", err)
			}
			if n := requests.Load() - before; n > 2 {
				t.Errorf("it was asked %d times", n)
			}
		})
	}
	t.Run("called off and out of time", func(t *testing.T) {
		var slow atomic.Bool
		x := fake(t, time.Minute, func(w http.ResponseWriter, r *http.Request) {
			if slow.Load() {
				hang(w, r)
				return
			}
			answerSearches(w, r, settings)
		})
		slow.Store(true)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(50*time.Millisecond, cancel)
		if _, err := x.Find(ctx, market.Query{Now: now}); !errors.Is(err, context.Canceled) || errors.Is(err, search.ErrDown) {
			t.Errorf("called off: %v", err)
		}
		ctx, cancel = context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		if _, err := x.Find(ctx, market.Query{Now: now}); !errors.Is(err, search.ErrDown) {
			t.Errorf("out of time: %v, want ErrDown", err)
		}
	})
}

// hang answers nothing until the client has gone.
func hang(w http.ResponseWriter, r *http.Request) {
	io.Copy(io.Discard, r.Body) // only then is the client's going seen
	<-r.Context().Done()
}

func TestOpenRefuses(t *testing.T) {
	for _, c := range []Config{{URL: ""}, {URL: "127.0.0.1:7700"}, {URL: "ftp://x"}, {URL: "http://"}, {URL: "http://x", Index: "a_b"}, {URL: "http://x", Index: "../x"}} {
		if _, err := Open(t.Context(), c, analyzer(t)); err == nil || errors.Is(err, search.ErrDown) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

func TestTerms(t *testing.T) {
	a := analyzer(t)
	for text, want := range map[string]string{
		"":                            "",
		"data":                        "data",
		"web developer":               `"web" developer`,
		"developer c":                 `developer "c"`,
		"c++":                         "cplusplus",
		`"logo design" -"one two" x1`: `-"one two" "logo design" x1`,
		`html5 page`:                  `"html5" page`,
		`painter -seo`:                `-"seo" painter`,
		`a"b`:                         `"b" "a"`,
	} {
		if got := terms(a.Words(text)); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}
