package classify

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/phrase"
)

// ownNames are the tags of languages by their names in others than English.
var ownNames = func() map[string]string {
	m := map[string]string{}
	for tag, list := range map[string]string{
		"es": "español castellano espanhol espagnol l'espagnol spanisch spanischkenntnisse spagnolo",
		"pt": "português portugues portugués portugais portugiesisch portoghese",
		"fr": "français francés francês französisch französischkenntnisse francese",
		"de": "deutsch deutschkenntnisse alemán alemão allemand l'allemand tedesco",
		"it": "italiano italien l'italien italienisch l'italiano dell'italiano",
		"nl": "niederländisch", "ar": "árabe arabisch", "ru": "russisch", "zh": "chinesisch",
	} {
		for _, w := range strings.Fields(list) {
			m[norm.NFC.String(w)] = tag
		}
	}
	return m
}()

// tagOf is the tag of the language that a word of a statement names. A word
// for its speakers names it too.
func tagOf(w string) string {
	if tag := tags[w]; tag != "" {
		return tag
	}
	if tag := ownNames[w]; tag != "" {
		return tag
	}
	return otherTags[w]
}

var otherTags = func() map[string]string {
	m := map[string]string{}
	for w, tag := range map[string]string{"hispanohablante": "es", "francophone": "fr", "française": "fr", "allemande": "de", "espagnole": "es", "italienne": "it", "portugaise": "pt", "deutscher": "de", "deutsche": "de",
		"বাংলা": "bn", "বাংলায়": "bn", "বাংলাতে": "bn", "banglay": "bn", "banglate": "bn"} {
		m[norm.NFC.String(w)] = tag
	}
	return m
}()

var (
	// ofOthers are words before a language by which it is not the worker's.
	ofOthers = words("our", "for", "if", "preferably", "ideally", "users", "customers", "into", "from", "al", "ins", "clientes", "kunden", "usuarios", "utilisateurs", "si", "wenn", "se", "gli", "clienti")
	// ownDenying deny what stands near them, ownWish make it a wish, in the
	// languages of ownNames.
	ownDenying = words("no", "kein", "keine", "keinen", "nicht", "não", "pas", "non", "sin", "ohne", "sem", "sans", "senza")
	ownWish    = words("vorteil", "wünschenswert", "deseable", "valorará", "valorable", "ventaja", "desejável", "diferencial", "atout", "souhaité", "gradito", "preferibile", "optional", "opcional")
)

// tongues are the languages beside English that the work needs, each once:
// those that the words ask of the worker, in English or in the language
// itself, and the one in which the listing is written. A wish ("a plus") is
// none.
func (d *document) tongues() (out []market.Tongue) {
	seen := map[string]bool{}
	add := func(tag string, e market.Evidence) {
		if tag != "" && !seen[tag] {
			seen[tag] = true
			out = append(out, market.Tongue{Lang: tag, Evidence: e})
		}
	}
	for _, in := range []struct {
		field string
		text  *phrase.Text
		hits  []phrase.Match
	}{{"title", d.title, d.titleHits}, {"description", d.text, d.textHits}} {
		for _, m := range in.hits {
			if m.ID != tongueAsked && m.ID != tongueOwn || deniedBefore(in.text, m.First, 4) || before(in.text, m.First, 3, ofOthers) || after(in.text, m.Last, 5, wish) {
				continue
			}
			if m.ID == tongueOwn && ownDenied(in.text, m) {
				continue
			}
			for i := m.First; i <= m.Last; i++ {
				add(tagOf(in.text.Fold(i)), evidence(in.field, in.text, m.First, m.Last))
			}
		}
	}
	if tag := d.written(); tag != "" {
		if field, t := "description", d.text; len(t.Words) > 0 {
			add(tag, firstWords(field, t))
		} else if len(d.title.Words) > 0 {
			add(tag, firstWords("title", d.title))
		}
	}
	return out
}

func ownDenied(t *phrase.Text, m phrase.Match) bool {
	for i := m.First; i <= m.Last; i++ {
		if ownDenying[t.Fold(i)] {
			return true
		}
	}
	return before(t, m.First, 4, ownDenying) || after(t, m.Last, 4, ownDenying) || after(t, m.Last, 5, ownWish) || deniedAfter(t, m.Last, 3)
}

// quoted is how many words show in which language a listing is written.
const quoted = 6

// firstWords are the first words of a text, at most its first sentence.
func firstWords(field string, t *phrase.Text) market.Evidence {
	return evidence(field, t, 0, min(quoted-1, t.SentenceEnd(0)))
}

// commonWords are bits of latinTags by words that are frequent in these
// languages: those that form counts, and more. A word may be of more than one;
// isEnglish marks those of English.
var commonWords = func() map[string]uint8 {
	m := map[string]uint8{}
	for w, c := range wordClass {
		bits := uint8(c / isSpanish & 15)
		if c&(isGlue|isMine|isOurs|isYours) != 0 {
			bits |= isEnglish
		}
		if bits != 0 {
			m[w] = bits
		}
	}
	for tag, list := range map[string]string{
		"es": "un mi y está son pero este esta tu usted alguien sobre también quiero busco buscamos necesitamos trabajo hacer hola todos tiene desde nuestro nuestra empresa muy sin",
		"pt": "um meu minha e está são mas este esta você alguém sobre também quero procuro procuramos precisamos trabalho fazer olá todos tem nosso nossa empresa muito sem na no ao uma",
		"fr": "un mon ma et sont mais ce cette votre notre recherche cherche besoin travail faire bonjour tous sur qui nos vos très sans être aux suis avons",
		"de": "sind aber dieser diese unser unsere suche suchen brauche arbeit hallo alle auch bei sie einen einer eines wird werden haben oder sich im des uns bitte",
		"it": "il lo gli di che è e un una per con del della sono ma questo questa cerco cerchiamo lavoro fare ciao tutti anche nostro nostra molto senza nel alla dei delle ho bisogno",
		"nl": "het een van voor zijn maar deze onze zoek zoeken werk hallo alle ook bij wij ik niet en met naar wordt",
		"bn": "ami amar amader ekta ekjon ekti lagbe korte korbe korben hobe jonno theke ache apni apnar kaj kajer diye bhalo valo jodi jante parte bolte khujchi dorkar obhiggota koren ebong",
	} {
		for _, w := range strings.Fields(list) {
			m[w] |= 1 << slices.Index(latinTags, tag)
		}
	}
	return m
}()

// latinTags are the languages told by their words, the first four in the order
// of the classes of words that form counts.
var latinTags = []string{"es", "pt", "fr", "de", "it", "nl", "bn"}

const isEnglish = 1 << 7

// inNames are frequent words that names of places and shops have too: they
// tell no language by themselves.
var inNames = words("de", "la", "las", "los", "el", "del", "le", "les", "des", "du", "der", "die", "das", "den", "dem", "von", "und", "et", "y", "e", "do", "da", "o", "os", "as", "lo", "il", "gli", "dei", "delle", "della", "van", "mi", "ma", "na", "no")

// The least that shows a language by its frequent words: so many of them, so
// many different ones that names have not, and such a share of all words.
const (
	leastCommon    = 4
	leastDifferent = 3
	leastShare     = 0.15
)

// written is the tag of the language in which a listing is written, empty
// where that is English, a mixture or not sure.
func (d *document) written() string {
	if tag := scriptTag(d.title.Raw, d.text.Raw); tag != "" {
		return tag
	}
	var counts, different [7]int
	n, glue := 0, 0
	seen := map[string]bool{}
	for _, t := range []*phrase.Text{d.title, d.text} {
		for i := range t.Words {
			n++
			w := t.Fold(i)
			bits := commonWords[w]
			if bits == 0 {
				continue
			}
			if bits&isEnglish != 0 {
				glue++
			}
			for k := range counts {
				if bits&(1<<k) != 0 {
					counts[k]++
					if !seen[w] && !inNames[w] {
						different[k]++
					}
				}
			}
			if bits != isEnglish {
				seen[w] = true
			}
		}
	}
	best, next := 0, -1
	for k := 1; k < len(counts); k++ {
		if counts[k] > counts[best] {
			best, next = k, best
		} else if next < 0 || counts[k] > counts[next] {
			next = k
		}
	}
	if counts[best] < leastCommon || different[best] < leastDifferent || counts[best] == counts[next] || counts[best] < 3*glue || float64(counts[best]) < leastShare*float64(n) {
		return ""
	}
	return latinTags[best]
}

// scripts are those that show a language, with how much a letter counts for:
// one of Han is as much as several of Latin.
var scripts = []struct {
	table  *unicode.RangeTable
	weight int
	tag    string
}{
	{unicode.Bengali, 1, "bn"}, {unicode.Cyrillic, 1, "ru"}, {unicode.Arabic, 1, "ar"}, {unicode.Devanagari, 1, "hi"}, {unicode.Han, 2, "zh"}, {unicode.Hiragana, 3, "ja"}, {unicode.Katakana, 3, "ja"}, {unicode.Hangul, 2, "ko"},
	{unicode.Greek, 1, "el"}, {unicode.Hebrew, 1, "he"}, {unicode.Thai, 1, "th"}, {unicode.Tamil, 1, "ta"}, {unicode.Telugu, 1, "te"}, {unicode.Gujarati, 1, "gu"},
}

// scriptTag is the language of texts that stand for the most part in a script
// other than Latin. Where a script has more languages than one, letters that
// one of them alone has decide.
func scriptTag(texts ...string) string {
	latin, all := 0, 0
	counts := make([]int, len(scripts))
	var own [256]int // of letters that one language alone has, by mark
	for _, s := range texts {
		for i := 0; i < len(s); {
			if b := s[i]; b < utf8.RuneSelf {
				if b |= 0x20; b >= 'a' && b <= 'z' {
					latin++
				}
				i++
				continue
			}
			r, size := utf8.DecodeRuneInString(s[i:])
			i += size
			if r < 0x370 {
				latin++
				continue
			}
			for k := range scripts {
				if unicode.Is(scripts[k].table, r) {
					counts[k] += scripts[k].weight
					all += scripts[k].weight
					break
				}
			}
			own[marks[r]]++
		}
	}
	if all < 8 || all <= latin {
		return ""
	}
	best := 0
	for k := range counts {
		if counts[k] > counts[best] {
			best = k
		}
	}
	switch tag := scripts[best].tag; tag {
	case "zh":
		if kana := counts[5] + counts[6]; 10*kana > counts[best] {
			return "ja"
		}
		return tag
	case "ru":
		switch {
		case own['r'] > 0:
			return tag
		case own['u'] > 0:
			return "uk"
		case own['s'] > 0:
			return "sr"
		}
		return tag
	case "ar":
		switch {
		case own['d'] > 0:
			return "ur"
		case own['p'] > 0:
			return "fa"
		}
		return tag
	default:
		return tag
	}
}

// marks are letters that one language of a script has and its others have
// not: Russian, Ukrainian, Serbian; Urdu, Persian.
var marks = func() map[rune]byte {
	m := map[rune]byte{}
	for mark, letters := range map[byte]string{'r': "ыэё", 'u': "їєґі", 's': "ђјљњћџ", 'd': "ٹڈڑںے", 'p': "پچژگ"} {
		for _, r := range letters {
			m[r] = mark
		}
	}
	return m
}()
