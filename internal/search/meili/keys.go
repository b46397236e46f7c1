package meili

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/meilisearch/meilisearch-go"
)

// keys are the two ways to the server, each with the least key that it
// needs: reader searches, writer does the rest.
type keys struct{ reader, writer meilisearch.ServiceManager }

// settleWithin bounds the time until the keys are settled.
const settleWithin = 5 * time.Second

// connect gives the two ways. Once they are settled that asks nobody; until
// then the server must answer.
func (x *Index) connect(ctx context.Context) (*keys, error) {
	if k := x.keys.Load(); k != nil {
		return k, nil
	}
	select {
	case x.settling <- struct{}{}:
		defer func() { <-x.settling }()
	case <-ctx.Done():
		return nil, meaning(ctx, ctx.Err())
	}
	if k := x.keys.Load(); k != nil {
		return k, nil
	}
	ctx, cancel := context.WithTimeout(ctx, settleWithin)
	defer cancel()
	k, err := x.settle(ctx)
	if err != nil {
		return nil, err
	}
	x.keys.Store(k)
	return k, nil
}

// settle finds out what the configured key is. Out of a master key it makes
// lesser ones.
func (x *Index) settle(ctx context.Context) (*keys, error) {
	given := x.client(x.cfg.Key)
	if x.cfg.Key == "" {
		return &keys{given, given}, x.try(ctx, given)
	}
	searching, err := x.lesser(ctx, given, "search", []string{"search"})
	if refused(err) { // not the master key, and so lesser already
		return &keys{given, given}, x.try(ctx, given)
	}
	if err != nil {
		return nil, err
	}
	documents, err := x.lesser(ctx, given, "documents", []string{
		"documents.add", "documents.get", "documents.delete", "indexes.create", "indexes.get", "indexes.delete", "indexes.swap",
		"settings.get", "settings.update", "stats.get", "tasks.get",
	})
	if err != nil {
		return nil, err
	}
	return &keys{x.client(searching), x.client(documents)}, nil
}

func (x *Index) client(key string) meilisearch.ServiceManager {
	// The client's own retries send an empty body and call a success on the
	// last try a failure: see call.
	return meilisearch.New(strings.TrimRight(x.cfg.URL, "/"), meilisearch.WithAPIKey(key), meilisearch.WithCustomClient(x.http), meilisearch.DisableRetries())
}

// try asks what any key may ask, to tell a wrong key from a lesser one.
func (x *Index) try(ctx context.Context, c meilisearch.ServiceManager) error {
	_, err := call(ctx, func() (*meilisearch.MultiSearchResponse, error) {
		return c.MultiSearchWithContext(ctx, &meilisearch.MultiSearchRequest{Queries: []*meilisearch.SearchRequest{{IndexUID: x.cfg.Index, Limit: 1}}})
	})
	// An index that is not there yet, or a key for documents only, is fine.
	if refused(err) {
		_, docErr := call(ctx, func() (*meilisearch.IndexResult, error) { return c.GetIndexWithContext(ctx, x.cfg.Index) })
		if refused(docErr) {
			return fmt.Errorf("the Meilisearch server refuses the key: %w", err)
		}
		return nil
	}
	if code(err) == codeNoIndex {
		return nil
	}
	return err
}

// lesser is the key of a purpose: it is made where it is not there yet. Its
// identity comes from what it may do, so that it is one key however often
// and by however many processes this is called.
func (x *Index) lesser(ctx context.Context, master meilisearch.ServiceManager, purpose string, actions []string) (string, error) {
	indexes := []string{x.cfg.Index, x.cfg.Index + "_*"}
	sum := sha256.Sum256([]byte(strings.Join(append(append([]string{purpose}, actions...), indexes...), "\x00")))
	sum[6], sum[8] = sum[6]&0x0f|0x40, sum[8]&0x3f|0x80 // a UUID of version 4 to look at (RFC 9562)
	uid := fmt.Sprintf("%x-%x-%x-%x-%x", sum[0:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
	get := func() (*meilisearch.Key, error) { return master.GetKeyWithContext(ctx, uid) }
	k, err := call(ctx, get)
	if status(err) == http.StatusNotFound {
		k, err = call(ctx, func() (*meilisearch.Key, error) {
			return master.CreateKeyWithContext(ctx, &meilisearch.Key{
				UID: uid, Name: x.cfg.Index + " " + purpose, Description: "Made and used by Kajkhoj.", Actions: actions, Indexes: indexes,
			})
		})
		if status(err) == http.StatusConflict { // another process was faster
			k, err = call(ctx, get)
		}
	}
	if err != nil {
		return "", err
	}
	return k.Key, nil
}

// refused reports whether the server does not let a key do what was asked,
// or knows no keys at all.
func refused(err error) bool {
	s := status(err)
	return s == http.StatusUnauthorized || s == http.StatusForbidden
}

// status is the HTTP status behind an error, 0 where there is none.
func status(err error) int {
	if e := (*meilisearch.Error)(nil); errors.As(err, &e) {
		return e.StatusCode
	}
	return 0
}

// code is the server's own code of an error, empty where there is none.
func code(err error) string {
	if e := (*meilisearch.Error)(nil); errors.As(err, &e) {
		return e.MeilisearchApiError.Code
	}
	return ""
}
